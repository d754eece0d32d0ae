using System.Globalization;
using System.Text;
using CoreNode.Cli.Updates;
using CoreNode.Overlay.Desk;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Setup;

namespace CoreNode.Cli.Overlay;

/// <summary>Overlay networks in words.</summary>
internal static class OverlayText
{
    /// <summary>A network, for a sentence.</summary>
    public static string Of(string name) => name.Length == 0 ? "the network" : $"network {name}";

    /// <summary>Each network as lines of name and value, then what is left out.</summary>
    public static void Write(CliSession session, OverlayStatusView view)
    {
        DateTimeOffset now = session.Host.Time.GetUtcNow();
        bool isFirst = true;
        foreach (OverlayNetworkView network in view.Networks)
        {
            if (!isFirst)
                session.Host.Output.WriteLine();
            isFirst = false;
            foreach (string line in Lines(network, now))
                session.Host.Output.WriteLine(line);
            List<string[]> rows = [];
            foreach (OverlayPeerView peer in network.Peers)
            {
                if (peer.Reason.Length > 0)
                    rows.Add([peer.Subnet, Or(peer.Address), peer.Reason]);
            }

            if (rows.Count == 0)
                continue;
            session.Host.Output.WriteLine();
            TextTable.Write(session, ["LEFT OUT", "MACHINE", "REASON"], rows);
        }
    }

    /// <summary>One network as lines of name and value.</summary>
    public static List<string> Lines(OverlayNetworkView view, DateTimeOffset now)
    {
        int leftOut = 0;
        foreach (OverlayPeerView peer in view.Peers)
            leftOut += peer.Reason.Length > 0 ? 1 : 0;
        List<string> lines = [];
        Add("NETWORK", view.Name.Length > 0 ? view.Name : "default");
        Add("STATE", view.IsReady ? "ready" : view.Waiting.Count > 0 ? "waiting" : "not ready");
        foreach (string one in view.Waiting)
            Add("WAITS", one);
        Add("RANGE", view.Range.Length > 0 ? $"{view.Range} over {view.Backend}" : "");
        Add("SUBNET", view.Subnet);
        Add("MACHINE", view.Address.Length > 0 ? $"{view.Address} on {view.Interface}" : "");
        Add("MTU", view.Mtu > 0 ? view.Mtu.ToString(CultureInfo.InvariantCulture) : "");
        Add("UNTIL", view.Until > 0
            ? UpdateText.Moment(view.Until, now)
                + (view.RenewalAt > 0 ? $", renewed {UpdateText.Moment(view.RenewalAt, now)}" : "")
            : "");
        Add("PEERS", view.Range.Length == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"{view.Peers.Count - leftOut}{(leftOut > 0 ? $", and {leftOut} left out" : "")}"));
        Add("STORE", view.StoreAwaySince > 0
            ? $"does not answer since {UpdateText.Moment(view.StoreAwaySince, now)}; what is there goes on" : "");
        foreach (OverlayFaultView fault in view.Faults)
            Add("FAULT", $"{UpdateText.Moment(fault.At, now)}: {fault.Reason}");
        return lines;

        void Add(string name, string value)
        {
            if (value.Length > 0)
                lines.Add($"{name,-8} {value}");
        }
    }

    /// <summary>The leases of a network as a table.</summary>
    public static void WriteLeases(CliSession session, StoredNetwork network)
    {
        if (network.Leases.Count == 0)
        {
            session.Host.Output.WriteLine($"nobody has leased a subnet of {Of(network.Name)} yet");
            return;
        }

        DateTimeOffset now = session.Host.Time.GetUtcNow();
        OverlayConfig? config = network.Config;
        List<string[]> rows = [];
        foreach (LeaseEntry lease in network.Leases)
        {
            string problem = StoredNetwork.ProblemOf(lease, config);
            rows.Add(
            [
                lease.Subnets?.ToString() ?? lease.Name, Or(Address(lease)), Or(lease.Value?.Backend ?? ""),
                lease.Stored.Expiration is { } end ? Left(end - now) : "never",
                problem.Length > 0 ? problem : "good",
            ]);
        }

        TextTable.Write(session, ["SUBNET", "MACHINE", "BACKEND", "EXPIRES", "STATE"], rows);
    }

    /// <summary>The leases of a network as JSON.</summary>
    public static string LeasesJson(StoredNetwork network)
    {
        OverlayConfig? config = network.Config;
        StringBuilder text = new();
        Add("{\"network\":", network.Name);
        text.Append(",\"leases\":[");
        for (int at = 0; at < network.Leases.Count; at++)
        {
            LeaseEntry lease = network.Leases[at];
            Add(at == 0 ? "{\"key\":" : ",{\"key\":", lease.Name);
            Add(",\"subnet\":", lease.Subnets?.ToString() ?? "");
            Add(",\"address\":", Address(lease));
            Add(",\"backend\":", lease.Value?.Backend ?? "");
            Add(",\"mac\":", StoredNetwork.DeviceOf(lease));
            long until = lease.Stored.Expiration?.ToUnixTimeSeconds() ?? 0;
            Add(string.Create(CultureInfo.InvariantCulture, $",\"until\":{until},\"reason\":"),
                StoredNetwork.ProblemOf(lease, config));
            text.Append('}');
        }

        return text.Append("]}").ToString();

        void Add(string head, string value)
        {
            text.Append(head);
            EtcdJson.AppendString(text, value);
        }
    }

    private static string Address(LeaseEntry lease) =>
        (lease.Value?.PublicV4 ?? lease.Value?.PublicV6)?.ToString() ?? "";

    private static string Or(string text) => text.Length > 0 ? text : "-";

    private static string Left(TimeSpan time) => time <= TimeSpan.Zero
        ? "now"
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes:00}m");
}
