using System.Globalization;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// Stops a release at the first machine on which it went back: that machine notes so before it gives the lock back, and
/// the others do not restart into that version before an operator allows it (docs/decisions/0060).
/// </summary>
/// <param name="notes">Where that is noted.</param>
/// <param name="updates">The update client's status.</param>
/// <param name="group">Whose lock.</param>
/// <param name="machineId">This machine.</param>
/// <param name="quorum">What else would break.</param>
/// <param name="gate">Whether this machine does its work.</param>
internal sealed class ReleaseStop(
    FailedReleases notes, Func<UpdateStatusView> updates, string group, string machineId, IQuorum quorum, IGate gate)
    : IQuorum, IGate
{
    /// <inheritdoc/>
    async Task<RebootPermission> IQuorum.LookAsync(bool isLast, CancellationToken cancellation)
    {
        UpdateStatusView view = updates();
        // Whoever wants the restart, it would be one into that version.
        if (view.Stage == "need-reboot" && view.NewVersion.Length > 0
            && await notes.FindAsync(group, view.NewVersion, cancellation) is { IsAllowed: false } failed
            && failed.Machine != machineId)
        {
            return new RebootPermission(Text(failed) + "; " + Mend(group, failed.Version), IsUnavoidable: false);
        }

        return await quorum.LookAsync(isLast, cancellation);
    }

    /// <inheritdoc/>
    async Task<GateLook> IGate.LookAsync(CancellationToken cancellation)
    {
        GateLook look = await gate.LookAsync(cancellation);
        if (look.Verdict == RebootVerdict.Healthy && updates().WentBack is { } back)
        {
            FailedRelease failed = new(
                back.Version, machineId, DateTimeOffset.FromUnixTimeSeconds(back.At), back.Why, IsAllowed: false);
            await notes.NoteAsync(group, failed, cancellation);
        }

        return look;
    }

    /// <summary>What happened, in one line.</summary>
    internal static string Text(FailedRelease failed)
    {
        string why = failed.Why.Length > 0 ? $" ({failed.Why})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{failed.Version} went back on {failed.Machine} at {failed.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{why}");
    }

    /// <summary>What to do about it.</summary>
    internal static string Mend(string group, string version) =>
        $"publish a newer one, or corenode lock allow {version}" + (group.Length > 0 ? $" --group {group}" : "");
}
