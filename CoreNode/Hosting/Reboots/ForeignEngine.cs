using CoreNode.Systemd;
using CoreNode.Systemd.Updates;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// Another update engine of this machine. It is looked for once this node may restart the machine and there is a
/// message bus, however late that is: both may come long after the node. One thread.
/// </summary>
/// <param name="socket">The bus's socket.</param>
/// <param name="mayRestart">Whether this node may restart the machine.</param>
internal sealed class ForeignEngine(string socket, Func<bool> mayRestart) : IDisposable
{
    private EngineWatch? _watch;

    /// <summary>What it waits with, in one line; empty: it does not wait for a reboot, or there is none.</summary>
    public string Waiting
    {
        get
        {
            if (_watch is null && mayRestart() && File.Exists(socket))
            {
                _watch = new EngineWatch(new BusAddress($"unix:path={socket}", IsBus: true));
                _watch.Start();
            }

            return _watch?.Waiting ?? "";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watch?.Dispose();
}
