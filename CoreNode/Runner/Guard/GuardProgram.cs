using System.Buffers.Binary;
using System.Net.Sockets;
using CoreNode.Platform;
using CoreNode.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Guard;

/// <summary>
/// The guard: a process of its own (<c>corenode guard</c>, started by the node) that kills units at a deadline,
/// whatever has become of the node by then: killed, stopped, starved, cut off. Only a later deadline saves them; that
/// the node's connection ends does not make it act early. One thread, no allocation to speak of while it waits.
/// </summary>
public sealed class GuardProgram : IDisposable
{
    /// <summary>Name of the command.</summary>
    public const string Command = "guard";

    private const long ListenKey = 1;
    private const long ClientKey = 2;
    private const long TimerKey = 3;
    private const int ReceiveBytes = 64 << 10;

    private readonly GuardState _state = new();
    private readonly string _path;
    private readonly Socket _listener;
    private readonly BootTimer _timer = new();
    private readonly EventPoll _poll = new();
    private readonly byte[] _buffer = new byte[ReceiveBytes];
    private readonly SafeFileHandle _listenHandle;
    private MemoryStream _received = new();
    private Socket? _client;
    private SafeFileHandle? _clientHandle;

    private GuardProgram(string path)
    {
        _path = path;
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(1);
        _listenHandle = new SafeFileHandle(_listener.Handle, ownsHandle: false);
        _poll.Watch(_listenHandle, ListenKey);
        _poll.Watch(_timer.Handle, TimerKey);
    }

    private static TimeSpan Now => BootClock.Now(BootClock.Instance);

    /// <summary>
    /// Runs as the guard, until nobody needs it: arguments are its socket and control groups to live in.
    /// </summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var path, .. var groups])
            return 2;
        Endurance.IgnoreRequestsToEnd();
        foreach (string group in groups)
            Join(group);
        Endurance.SurviveShortage();
        Endurance.ComeFirst();
        using GuardProgram guard = new(path);
        // Everything that killing needs has been used once when it comes to it, and stays in memory.
        ProcessKill.All([], "CORENODE_GUARD=rehearsal", []);
        Endurance.LockMemory();
        guard._state.Connected(false, Now);
        guard.Loop();
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        _poll.Dispose();
        _timer.Dispose();
        _listenHandle.Dispose();
        _listener.Dispose();
        _received.Dispose();
        File.Delete(_path);
    }

    // Where the supervisor's own group is starved or frozen, this one is not.
    private static void Join(string group)
    {
        try
        {
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), "0");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It stays where it is.
        }
    }

    private void Loop()
    {
        List<long> keys = [];
        while (!_state.IsOver(Now))
        {
            if (_state.IsKillDue(Now))
                TryKill();
            _timer.Set(_state.WakeAt);
            _poll.Wait(null, keys);
            foreach (long key in keys)
            {
                if (key == ListenKey)
                    Accept();
                else if (key == ClientKey)
                    Receive();
            }
        }
    }

    // Whatever goes wrong while it looks for processes, it looks again at once: a guard that ends guards nothing.
    private void TryKill()
    {
        try
        {
            Kill();
        }
        catch (Exception)
        {
            // The next look, in 20 ms.
        }

        _state.Killed(Now);
    }

    // Those in control groups first, by one write each; then by marks, which takes a look at every process.
    private void Kill()
    {
        foreach (GuardedUnit unit in _state.Held.Units)
        {
            if (unit.Processes.ControlGroups.Count > 0)
                ProcessKill.All(unit.Processes.ControlGroups, "", []);
        }

        foreach (GuardedUnit unit in _state.Held.Units)
        {
            if (unit.Processes.ControlGroups.Count == 0)
                ProcessKill.All([], unit.Processes.Mark, []);
        }
    }

    // The newest supervisor counts: one before it can only be a dying one.
    private void Accept()
    {
        Socket client = _listener.Accept();
        Drop();
        _client = client;
        _clientHandle = new SafeFileHandle(client.Handle, ownsHandle: false);
        _poll.Watch(_clientHandle, ClientKey);
        _received = new MemoryStream();
        _state.Connected(true, Now);
        Answer();
    }

    private void Receive()
    {
        // What was told of a connection before it was replaced is not about the new one, which would not answer.
        if (_client is null || !_client.Poll(0, SelectMode.SelectRead))
            return;
        int length;
        try
        {
            length = _client.Receive(_buffer);
        }
        catch (SocketException)
        {
            length = 0;
        }

        if (length == 0)
        {
            Drop();
            _state.Connected(false, Now);
            return;
        }

        _received.Write(_buffer, 0, length);
        while (TakeMessage() is { } bytes)
        {
            try
            {
                _state.Hold(GuardMessage.Read(bytes));
            }
            catch (IOException)
            {
                // What was held stays held; that no answer comes tells the other side.
                Drop();
                _state.Connected(false, Now);
                return;
            }

            _timer.Set(_state.WakeAt);
            Answer();
        }
    }

    private byte[]? TakeMessage()
    {
        ReadOnlySpan<byte> all = _received.GetBuffer().AsSpan(0, (int)_received.Length);
        if (all.Length < GuardMessage.HeadBytes)
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(all);
        if (length is < 0 or > GuardMessage.LimitBytes)
            return [];
        if (all.Length < GuardMessage.HeadBytes + length)
            return null;
        byte[] message = all.Slice(GuardMessage.HeadBytes, length).ToArray();
        byte[] rest = all[(GuardMessage.HeadBytes + length)..].ToArray();
        _received = new MemoryStream();
        _received.Write(rest);
        return message;
    }

    // What it holds now: to a new supervisor, and as the receipt for every message.
    private void Answer()
    {
        try
        {
            _client!.SendTimeout = 1000;
            _client.Send(_state.Held.Write());
        }
        catch (SocketException)
        {
            // Its end is noticed by reading.
        }
    }

    private void Drop()
    {
        if (_clientHandle is not null)
        {
            _poll.Forget(_clientHandle);
            _clientHandle.Dispose();
        }

        _client?.Dispose();
        _client = null;
        _clientHandle = null;
    }
}
