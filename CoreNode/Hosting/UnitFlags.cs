namespace CoreNode.Hosting;

/// <summary>The flags about units, and how they are read.</summary>
internal static class UnitFlags
{
    // fleet's agent_ttl could be as short as people liked, and then machines went away at every hiccup.
    private static readonly TimeSpan s_shortestLease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestLease = TimeSpan.FromHours(1);

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new("modules", "store,units,updates", "NAME,...", "what this node runs: store, units, updates"),
        new("metadata", "", "K=V,...", "what units may ask of their machine: disk=ssd,zone=a"),
        new("public-ip", "", "ADDRESS", "where this machine is reached (default: where its default route leaves)"),
        new("machine-id", "", "ID", "32 hex digits (default: /etc/machine-id, else made once and kept)"),
        new("unit-manager", "auto", "auto|systemd|embedded", "what runs the units of this machine"),
        new("units-lease", "10s", "TIME", "units stay this machine's so long after it was heard of last"),
        new("on-stop", "auto", "auto|keep|leave", "its units then: kept if systemd restarts the node, else given away"),
        new("store", "", "URL,...", "client URLs of an existing etcd that is the store (default: the built-in one)"),
    ];

    /// <summary>Reads them; what is wrong is added to the problems.</summary>
    public static UnitOptions Read(Func<string, string> text, List<string> problems)
    {
        string[] modules = text("modules").Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (string module in modules)
        {
            if (module is not ("store" or "units" or "updates"))
                problems.Add($"--modules {module}: there are the modules store, units and updates");
        }

        List<Uri> store = Store(text("store"), problems);
        bool hasUnits = modules.Contains("units");
        if (!modules.Contains("store") && store.Count == 0)
            problems.Add("--modules: store is needed, unless --store names an existing etcd");
        if (store.Count > 0 && !hasUnits)
            problems.Add("--store: without the module units there is nothing that would use it");
        return new UnitOptions
        {
            IsOn = hasUnits,
            Metadata = Metadata(text("metadata"), problems),
            PublicIp = PublicIp(text("public-ip"), problems),
            MachineId = MachineId(text("machine-id"), problems),
            Manager = Manager(text("unit-manager"), problems),
            Lease = Lease(text("units-lease"), problems),
            Store = store,
            OnStop = OnStop(text("on-stop"), problems),
        };
    }

    private static SortedDictionary<string, string> Metadata(string text, List<string> problems)
    {
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string key = parts[0].Trim();
            if (parts.Length < 2 || key.Length == 0 || !key.All(IsOfKey))
                problems.Add($"--metadata {pair}: say KEY=VALUE; a key has letters, digits, dots, dashes, underscores");
            else if (parts[1].Trim().Length == 0)
                problems.Add($"--metadata {pair}: no unit can ask for an empty value; leave the key out");
            else if (!metadata.TryAdd(key, parts[1].Trim()))
                problems.Add($"--metadata {pair}: {key} has the value {metadata[key]} already; a key has one value");
        }

        return metadata;
    }

    // As fleet's PATCH of metadata allows.
    private static bool IsOfKey(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_';

    private static string PublicIp(string text, List<string> problems)
    {
        if (text.Length > 0 && !System.Net.IPAddress.TryParse(text, out _))
            problems.Add($"--public-ip {text}: an IP address is needed");
        return text;
    }

    private static string? MachineId(string text, List<string> problems)
    {
        if (text.Length == 0)
            return null;
        string id = text.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        if (id.Length != 32 || !id.All(char.IsAsciiHexDigitLower))
            problems.Add($"--machine-id {text}: 32 hex digits are needed, as systemd-id128 new makes them");
        return id;
    }

    private static string Manager(string text, List<string> problems)
    {
        if (text is not ("auto" or "systemd" or "embedded"))
            problems.Add($"--unit-manager {text}: say auto, systemd or embedded");
        return text;
    }

    private static string OnStop(string text, List<string> problems)
    {
        if (text is not ("auto" or "keep" or "leave"))
            problems.Add($"--on-stop {text}: say auto, keep or leave");
        return text;
    }

    private static TimeSpan Lease(string text, List<string> problems)
    {
        if (TimeText.TryParse(text, out TimeSpan lease) && lease >= s_shortestLease && lease <= s_longestLease)
            return lease;
        problems.Add($"--units-lease {text}: a time from 2s to 1h is needed, such as 10s or 1m30s");
        return TimeSpan.FromSeconds(10);
    }

    private static List<Uri> Store(string text, List<string> problems)
    {
        List<Uri> urls = [];
        foreach (string one in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Uri.TryCreate(one, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
                && url.AbsolutePath == "/")
            {
                urls.Add(url);
            }
            else
                problems.Add($"--store {one}: a client URL such as http://10.0.0.1:2379 is needed");
        }

        return urls;
    }
}
