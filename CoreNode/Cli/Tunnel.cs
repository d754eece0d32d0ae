using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CoreNode.Api.Client;

namespace CoreNode.Cli;

/// <summary>
/// A node reached through ssh (--tunnel): the system's ssh forwards a socket in a private folder here to the node's
/// admin socket there, where it counts as the ssh user. Ends with the command.
/// </summary>
internal sealed class Tunnel : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly string _folder;
    private readonly PosixSignalRegistration[] _signals;

    private Tunnel(Process process, string folder)
    {
        _process = process;
        _folder = folder;
        // A command that a signal ends takes its tunnel with it; what the signal does otherwise stays as it is.
        Action<PosixSignalContext> end = _ => Remove();
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, end),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, end),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, end),
        ];
    }

    /// <summary>Where requests go here.</summary>
    public string Endpoint => $"unix://{SocketOf(_folder)}";

    /// <summary>Starts ssh and waits until it forwards, or says why it does not.</summary>
    /// <param name="host">The process.</param>
    /// <param name="target">The machine to go through.</param>
    /// <param name="far">What to reach from there: a unix socket, or HTTP by address and port.</param>
    /// <param name="options">More of ssh's own options.</param>
    /// <exception cref="TunnelException">ssh ended; it has said why itself.</exception>
    public static async Task<Tunnel> OpenAsync(
        CliHost host, SshTarget target, ClientEndpoint far, IReadOnlyList<string> options)
    {
        string folder = Directory.CreateTempSubdirectory("corenode-tunnel-").FullName;
        string goal = far.SocketPath ?? string.Create(
            CultureInfo.InvariantCulture, $"{far.BaseUri.Host}:{far.BaseUri.Port}");
        Tunnel? tunnel = null;
        try
        {
            Process process = SshProgram.Start(
                host,
                [
                    "-N", "-T", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", .. options,
                    .. target.PortOptions, "-L", $"{SocketOf(folder)}:{goal}", "--", target.Host,
                ],
                isOwnTerminal: false);
            tunnel = new Tunnel(process, folder);
            while (!await IsOpenAsync(SocketOf(folder), host.Cancellation))
            {
                if (process.HasExited)
                    throw new TunnelException(
                        $"no tunnel through {target.Jump}: ssh ended with {process.ExitCode}; try "
                        + $"`ssh {string.Join(' ', [.. target.PortOptions, target.Host])}` first");
                await Task.Delay(s_pause, host.Time, host.Cancellation);
            }

            return tunnel;
        }
        catch
        {
            if (tunnel is not null)
                await tunnel.DisposeAsync();
            else
                Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        Remove();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Remove()
    {
        if (!_process.HasExited)
            _process.Kill();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static string SocketOf(string folder) => Path.Combine(folder, "node.sock");

    // ssh makes the socket once it is through; how long a person types a password is not limited here.
    private static async Task<bool> IsOpenAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return false;
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
