using System.Runtime.InteropServices;

namespace CoreNode.Cli;

/// <summary>
/// Ctrl-C and SIGTERM for commands that run until the user ends them: they cancel instead of killing the process, and
/// the command ends as done. Other commands keep the default: the process dies by the signal.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Begins to catch the signals; each is also given to <paramref name="onSignal"/>.</summary>
    public Interrupt(CancellationToken cancellation, Action<PosixSignal>? onSignal = null)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Action<PosixSignalContext> handler = context =>
        {
            context.Cancel = true;
            onSignal?.Invoke(context.Signal);
            _source.Cancel();
        };
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, handler),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, handler),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, handler),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }
}
