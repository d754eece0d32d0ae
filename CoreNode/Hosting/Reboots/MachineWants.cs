using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots;

/// <summary>What wants this machine to restart: its own update client, another engine, a file.</summary>
/// <param name="updates">The update client's status.</param>
/// <param name="hasClient">False if the machine has no slots; null: not known yet.</param>
/// <param name="engine">What another engine waits with; empty: nothing.</param>
/// <param name="root">In whose place of / the file is looked for.</param>
internal sealed class MachineWants(
    Func<UpdateStatusView> updates, Func<bool?> hasClient, Func<string> engine, string root) : IWants
{
    /// <summary>Debian's and Ubuntu's file, which others use, too.</summary>
    internal const string Sentinel = "run/reboot-required";

    private readonly string _file = Path.Combine(root, Sentinel);

    /// <inheritdoc/>
    public RebootWant Now
    {
        get
        {
            UpdateStatusView view = updates();
            if (view.Stage == "need-reboot")
                return new RebootWant(RebootWantKind.Update, $"{view.NewVersion} is installed in slot {view.NewSlot}");
            // Where this node's own client works there is no other engine but it.
            if (hasClient() == false && engine() is { Length: > 0 } waiting)
                return new RebootWant(RebootWantKind.Engine, waiting);
            return File.Exists(_file)
                ? new RebootWant(RebootWantKind.Sentinel, $"/{Sentinel} is there")
                : RebootWant.None;
        }
    }
}
