namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>A service of two instances that answers HTTP, each on its own machine: the discovery service.</summary>
internal static class WebService
{
    /// <summary>The template.</summary>
    public const string Template = "web@.service";

    /// <summary>Below which its instances stand in the store, each with its URL.</summary>
    public const string Prefix = "/services/web";

    /// <summary>What an instance answers with 200 once it serves.</summary>
    public const string Path = "/health";

    private const int Port = 8087;

    private static readonly string s_listen = $"http://0.0.0.0:{Port}";

    /// <summary>The text of a version of it.</summary>
    public static string Text(string version) => $"""
        [Unit]
        Description=web {version}

        [Service]
        Environment=VERSION={version}
        ExecStart={SystemdContainer.Binary} discovery serve --data-dir /run/web --listen-client-urls {s_listen}

        [X-Fleet]
        Replicas=2
        Conflicts=web@*.service
        UpdatePolicy=rolling
        HealthHTTP=http://127.0.0.1:{Port}{Path}
        HealthInterval=200ms
        Announce={Prefix}/%i-%m http://%{"{ip}"}:{Port}

        """;
}
