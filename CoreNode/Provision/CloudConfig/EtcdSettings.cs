namespace CoreNode.Provision.CloudConfig;

/// <summary>What of etcd's settings hangs together.</summary>
internal static class EtcdSettings
{
    private const string Discovery = "discovery";

    private static readonly string[] s_verbose = ["debug", "verbose", "very_verbose", "very_very_verbose"];

    /// <summary>Turns the settings of either version into options.</summary>
    public static void AddTo(OptionList options, ServiceSettings etcd, Report report)
    {
        etcd.AddTo(options);
        AddAuthorities("ca_file", "", options, etcd, report);
        AddAuthorities("peer_ca_file", "peer-", options, etcd, report);
        if (etcd.Find("force_new_cluster") is { } force && Values.SwitchOf(force.Text) == true)
        {
            report.Warning(
                force.Place, force.Key, "at each start the cluster is made anew of this member alone",
                "take it out again as soon as the cluster is back");
        }

        foreach (string name in s_verbose)
        {
            if (etcd.FindTrue(name) is { } verbose && !options.Has("log-level"))
                options.Add("log-level", "debug", verbose);
        }

        if (etcd.Find(Discovery) is not { } discovery)
            return;
        if (IsDiscovery(discovery.Text))
            options.Add(Discovery, discovery.Text, discovery);
        else
        {
            report.Error(
                discovery.Place, discovery.Key, "this is no URL of a discovery service with a token",
                "`corenode discovery new` prints one, such as https://discovery.example.com/TOKEN");
        }
    }

    /// <summary>etcd 0.4's addresses, HOST:PORT, and what it listened on without bind_addr: all of them.</summary>
    public static void AddAddresses(OptionList options, ServiceSettings etcd, Report report)
    {
        Add("addr", "bind_addr", "4001", "cert_file", "advertise-client-urls", "listen-client-urls");
        Add("peer_addr", "peer_bind_addr", "7001", "peer_cert_file", "initial-advertise-peer-urls", "listen-peer-urls");
        if ((etcd.Find("peers") ?? etcd.Find("peers_file")) is { } peers)
        {
            report.Error(
                peers.Place, peers.Key, "members cannot be found without their names",
                "write initial-cluster: NAME=URL,... or discovery: below corenode:, the same on each machine");
        }

        void Add(string told, string bound, string standard, string certificate, string toldOption, string boundOption)
        {
            TextItem? address = etcd.Find(told);
            TextItem? bind = etcd.Find(bound);
            if ((address ?? bind) is not { } any)
                return;
            string scheme = etcd.Find(certificate) is null ? "http" : "https";
            string port = address is not null && PortAt(address.Text) is var at and >= 0
                ? address.Text[(at + 1)..]
                : standard;
            string listen = bind?.Text ?? "0.0.0.0";
            bool isTold = address is null
                || AddUrl(toldOption, PortAt(address.Text) < 0 ? $"{address.Text}:{port}" : address.Text, address);
            if (isTold)
                AddUrl(boundOption, PortAt(listen) < 0 ? $"{listen}:{port}" : listen, bind ?? any);

            bool AddUrl(string option, string host, TextItem from)
            {
                string url = host.Contains("://", StringComparison.Ordinal) ? host : $"{scheme}://{host}";
                if (Uri.TryCreate(Placeholders.ForChecks(url), UriKind.Absolute, out Uri? checkedUrl)
                    && checkedUrl.AbsolutePath == "/" && checkedUrl.Host.Length > 0)
                {
                    options.Add(option, url.TrimEnd('/'), from);
                    return true;
                }

                report.Error(
                    from.Place, from.Key, $"{Report.Shown(host)} is no address", "write one such as 10.0.0.1:4001");
                return false;
            }
        }
    }

    // The colon before the port; in an IPv6 address it stands behind the bracket.
    private static int PortAt(string host)
    {
        int at = host.LastIndexOf(':');
        bool isBehind = at > host.LastIndexOf(']');
        bool isPort = host.IndexOf(':', StringComparison.Ordinal) == at || host.StartsWith('[');
        return isBehind && isPort ? at : -1;
    }

    private static bool IsDiscovery(string text) =>
        Uri.TryCreate(Placeholders.ForChecks(text), UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
        && url.AbsolutePath.Trim('/').Length > 0 && url.Query.Length == 0 && url.Fragment.Length == 0
        && text.AsSpan().IndexOfAny('<', '>', ' ') < 0;

    private static void AddAuthorities(
        string key, string prefix, OptionList options, ServiceSettings etcd, Report report)
    {
        if (etcd.Find(key) is not { } file)
            return;
        string option = $"{prefix}trusted-ca-file";
        report.Warning(file.Place, file.Key, "the key is deprecated", $"write {Section.Normal(option)} with "
            + $"{Section.Normal(prefix)}client_cert_auth: true");
        if (options.Has(option))
            return;
        options.Add(option, file.Text, file);
        options.Add($"{prefix}client-cert-auth", "true", file);
    }
}
