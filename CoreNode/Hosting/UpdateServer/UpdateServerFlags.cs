using System.Text;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>The one table of options of `corenode update-server serve`; names are etcd's where it has one.</summary>
public static class UpdateServerFlags
{
    private const string Prefix = "CORENODE_UPDATE_SERVER_";

    /// <summary>All options, in the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All = Prefixed(
    [
        new("listen-urls", "http://127.0.0.1:8000", "URL,...", "where machines, administrators, people are served"),
        new("advertise-url", "", "URL", "what machines reach it by, for the URLs in answers (default: as they asked)"),
        new("data-dir", "/var/lib/corenode-updates", "FOLDER", "catalogue, history and payloads are below it"),
        new("trusted-keys", "/etc/corenode/update-keys", "FOLDER", "only packages that these keys signed are taken"),
        new("name", "corenode", "NAME", "what it calls itself in answers to machines"),
        new("cert-file", "", "FILE", "certificate that is shown (PEM), for https:// URLs"),
        new("key-file", "", "FILE", "its key (PEM)"),
        new("trusted-ca-file", "", "FILE", "CA of certificates (PEM) that everybody must show then, machines too"),
        new("client-cert-auth", "false", "", "everybody must show a certificate of --trusted-ca-file"),
        new("insecure-admin", "false", "", "takes administrators' tokens over networks in clear; said at every start"),
        new("open-view", "false", "", "whoever reaches the server may look, without a token; said at every start"),
        new("download-user-file", "", "FILE", "USER:PASSWORD that machines must show (DOWNLOAD_USER= in update.conf)"),
        new("upstream-ca-file", "", "FILE", "CA of https servers that channels follow (PEM; default: the system's)"),
        new("trusted-proxy", "", "ADDRESS[/BITS]", "X-Forwarded-For of this proxy counts; as often as there are some")
        {
            IsRepeatable = true,
        },
        new("unix-socket", "/run/corenode-updates/server.sock", "PATH", "for administrators here; \"none\" for none"),
        new("max-machines", "200000", "N", "limit: machines of one application that it learns of by itself"),
        new("max-address-machines", "20000", "N", "the same from one address"),
        new("max-file-bytes", "17179869184", "N", "limit: bytes of one file that is taken in"),
        new("max-connections", "10000", "N", "limit: connections"),
        new("max-client-connections", "5000", "N", "the same from one address"),
        new("keep-history", "8760h", "TIME", "events of machines are kept for so long"),
        new("log-level", "info", "LEVEL", "debug, info, warning or error"),
        new("config", "", "FILE", "YAML file with these names as keys"),
    ]);

    /// <summary>The text of `corenode update-server serve --help`.</summary>
    public static string Help()
    {
        StringBuilder text = new();
        text.Append(
            """
            Run the organisation's own update server: Omaha for machines, REST and a page for people.

            Usage: corenode update-server serve [flags]

            Examples:
              corenode update-server serve
                  for this machine, on http://127.0.0.1:8000
              corenode update-server serve --listen-urls http://10.0.0.9:8000 --trusted-keys /etc/corenode/update-keys
                  for a network; machines say SERVER=http://10.0.0.9:8000/v1/update/ in their update.conf
              corenode update-server serve --listen-urls https://10.0.0.9:443 --cert-file s.pem --key-file s.key \
                --advertise-url https://updates.example.com
                  with TLS, and by a name
              corenode update-server serve --config /etc/corenode/update-server.yaml
                  options from a file

            Administrators of this machine (root, the group corenode) use the unix socket; others show a token:
            `corenode update-server token add NAME --role admin`. It holds no private key, and needs no internet.

            Each flag is also an environment variable (--data-dir: CORENODE_UPDATE_SERVER_DATA_DIR) and a key of
            --config FILE. A flag wins over the environment, that over the file, that over the default.

            Flags:

            """);
        NodeFlags.AppendTable(text, All);
        return text.ToString();
    }

    private static NodeFlag[] Prefixed(NodeFlag[] flags) =>
        Array.ConvertAll(flags, static flag => flag with { EnvironmentPrefix = Prefix });
}
