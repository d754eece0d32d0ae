using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Overlay;
using CoreNode.Api.Client.Units;
using CoreNode.Overlay.Desk;

namespace CoreNode.Cli.Doctor;

/// <summary>What keeps the overlay networks of a machine from working, as its own node sees it.</summary>
internal static class OverlayChecks
{
    private const string Advice = "corenode overlay status";

    /// <summary>Nothing where the machine takes part in none, or this client may not ask about it.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(ClientOptions options, CancellationToken cancellation)
    {
        using OverlayClient client = new(options);
        if (await client.StatusAsync(cancellation) is not AdminReply<ToldOverlay>.Done done)
            return [];
        List<Finding> findings = [];
        foreach (OverlayNetworkView network in done.Value.View.Networks)
            findings.AddRange(Judge(network));
        return findings;
    }

    /// <summary>How one network stands.</summary>
    internal static List<Finding> Judge(OverlayNetworkView view)
    {
        string what = view.Name.Length > 0 ? $"overlay {view.Name}" : "overlay";
        List<Finding> findings = [];
        foreach (string one in view.Waiting)
            findings.Add(Finding.Problem(what, one, Advice));
        int leftOut = 0;
        string example = "";
        foreach (OverlayPeerView peer in view.Peers)
        {
            if (peer.Reason.Length == 0)
                continue;
            leftOut++;
            example = $"{peer.Subnet}: {peer.Reason}";
        }

        if (leftOut > 0)
        {
            findings.Add(Finding.Warning(
                what,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{leftOut} of {view.Peers.Count} other machines are left out, such as {example}"),
                Advice));
        }

        if (!view.IsReady && view.Waiting.Count == 0)
        {
            findings.Add(Finding.Problem(
                what, view.Faults.Count > 0 ? view.Faults[0].Reason : "it is not ready yet", Advice));
        }

        if (findings.Count == 0)
        {
            findings.Add(Finding.Ok(what, string.Create(
                CultureInfo.InvariantCulture,
                $"{view.Subnet} over {view.Backend}, {view.Peers.Count} other machines")));
        }

        return findings;
    }
}
