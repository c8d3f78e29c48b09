# bridge-doctor for Nix: `nix build '.?dir=packaging/nix'`, `nix develop '.?dir=packaging/nix'`.
{
  description = "Says whether a user's virtual machine can go on a bridge through qemu-bridge-helper, and why not";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      manifest = (builtins.fromTOML (builtins.readFile ../../Cargo.toml)).package;

      package =
        {
          lib,
          installShellFiles,
          rustPlatform,
        }:
        rustPlatform.buildRustPackage {
          pname = manifest.name;
          inherit (manifest) version;
          # The flake stands below the sources, and is copied with them.
          src = lib.cleanSource ../..;
          # The checksums of the crates stand in the lock file.
          cargoLock.lockFile = ../../Cargo.lock;
          nativeBuildInputs = [ installShellFiles ];
          # The other tests take root, a setuid helper and network namespaces.
          cargoTestFlags = [ "--lib" ];
          postInstall = ''
            $out/bin/bridge-doctor man --directory man
            installManPage man/*.1
            installShellCompletion --cmd bridge-doctor \
              --bash <($out/bin/bridge-doctor completions bash) \
              --zsh <($out/bin/bridge-doctor completions zsh) \
              --fish <($out/bin/bridge-doctor completions fish)
          '';
          meta = {
            inherit (manifest) description;
            license = with lib.licenses; [
              mit
              asl20
            ];
            mainProgram = manifest.name;
            platforms = lib.platforms.linux;
          };
        };
    in
    {
      packages = each (pkgs: {
        default = pkgs.callPackage package { };
        # For hosts of any distribution.
        static = pkgs.pkgsStatic.callPackage package { };
      });
      devShells = each (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = [
            pkgs.clippy
            pkgs.rustfmt
          ];
        };
      });
    };
}
