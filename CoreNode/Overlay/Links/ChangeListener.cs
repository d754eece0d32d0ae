using System.Net.Sockets;
using System.Runtime.InteropServices;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Links;

/// <summary>
/// Hears what changes in the kernel's network, in the namespace of the thread that made it, and tells apart what
/// matters. What found no room to be told counts as a change. One waits at a time.
/// </summary>
internal sealed class ChangeListener : IDisposable
{
    private const int BufferBytes = 65536;
    private const int ReceiveBytes = 1 << 20;

    private readonly string _table;
    private readonly Source _routes;
    private readonly Source? _tables;
    private volatile int[] _devices = [];
    private volatile uint _ownRoutes;
    private volatile uint _ownTables;

    /// <summary>From now on nothing is missed.</summary>
    /// <exception cref="NetworkException">The kernel does not allow it.</exception>
    public ChangeListener(string table)
    {
        _table = table;
        _routes = new Source(LibNetlink.RouteProtocol,
        [
            Netlink.GroupLink, Netlink.GroupNeighbour, Netlink.GroupAddress4, Netlink.GroupRoute4,
            Netlink.GroupAddress6, Netlink.GroupRoute6,
        ]);
        try
        {
            _tables = new Source(LibNetlink.FilterProtocol, [Netlink.GroupTables]);
        }
        catch (NetworkException)
        {
            // No nf_tables, or no right to hear of it: the table is then looked at when something else changes.
        }
    }

    /// <summary>Neighbours and forwardings of these devices matter, others do not.</summary>
    public void Watch(int[] devices) => _devices = devices;

    /// <summary>Changes that come with these numbers are our own.</summary>
    public void Ignore(uint routes, uint tables)
    {
        _ownRoutes = routes;
        _ownTables = tables;
    }

    /// <summary>Done when something that matters has changed since the last time.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task<int> routes = _routes.Pending();
            Task<int> first = await Task.WhenAny(routes, _tables?.Pending() ?? routes).WaitAsync(cancellation);
            bool isOfRoutes = ReferenceEquals(first, routes);
            Source source = isOfRoutes ? _routes : _tables!;
            int length = await source.TakeAsync();
            if (length > 0 && !Matters(source.Bytes(length), isOfRoutes))
                continue;

            // What else has been told is older than what the caller will read now.
            _routes.Drain();
            _tables?.Drain();
            return;
        }
    }

    public void Dispose()
    {
        _routes.Dispose();
        _tables?.Dispose();
    }

    private bool Matters(ReadOnlySpan<byte> received, bool isOfRoutes)
    {
        MessageReader reader = new(received);
        while (reader.Next())
        {
            uint own = isOfRoutes ? _ownRoutes : _ownTables;
            if (own != 0 && reader.Port == own)
                continue;
            if (isOfRoutes ? RouteMatters(reader.Type, reader.Body) : TableMatters(reader.Type, reader.Body))
                return true;
        }

        return false;
    }

    private bool TableMatters(ushort type, ReadOnlySpan<byte> body) =>
        type is >= Tables.NewTable and <= Tables.RemoveRule && TableDecoder.TableOf(body) == _table;

    private bool RouteMatters(ushort type, ReadOnlySpan<byte> body) => type switch
    {
        // Those of a bridge's ports say nothing new of the devices.
        Netlink.NewLink or Netlink.RemoveLink => body is [0, ..],
        Netlink.NewAddress or Netlink.RemoveAddress => true,
        Netlink.NewRoute or Netlink.RemoveRoute =>
            body.Length >= Netlink.RouteBytes && (body[1] == 0 || body[5] == Netlink.OwnProtocol),
        Netlink.NewNeighbour or Netlink.RemoveNeighbour =>
            body.Length >= Netlink.NeighbourBytes
            && Array.IndexOf(_devices, MemoryMarshal.Read<int>(body[4..])) >= 0
            && (type == Netlink.RemoveNeighbour || StateMatters(MemoryMarshal.Read<ushort>(body[8..]), body[0])),
        _ => false,
    };

    // What a device learns by itself does not, nor a neighbour that is looked for.
    private static bool StateMatters(ushort state, byte family) =>
        (state & Netlink.Permanent) != 0
        || (family != Netlink.Bridge && (state & (Netlink.Incomplete | Netlink.Failed)) == 0);

    // .NET knows no netlink, but receives from any descriptor.
    private sealed class Source : IDisposable
    {
        private readonly byte[] _buffer = new byte[BufferBytes];
        private readonly Socket _socket;
        private Task<int>? _pending;

        public Source(int protocol, ReadOnlySpan<int> groups)
        {
            SafeSocketHandle handle = new(NetlinkSocket.Open(protocol), ownsHandle: true);
            try
            {
                NetlinkSocket.Set(handle, LibNetlink.SocketLevel, LibNetlink.ReceiveBufferForce, ReceiveBytes);
                foreach (int group in groups)
                {
                    if (!NetlinkSocket.Set(handle, LibNetlink.NetlinkLevel, LibNetlink.AddMembership, group))
                        throw FaultTexts.NoSocket("setsockopt", Marshal.GetLastPInvokeError());
                }

                _socket = new Socket(handle);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        public Task<int> Pending() => _pending ??= _socket.ReceiveAsync(_buffer, SocketFlags.None);

        /// <summary>How much came; 0 if the kernel says that something was lost.</summary>
        public async Task<int> TakeAsync()
        {
            Task<int> done = Pending();
            _pending = null;
            try
            {
                return await done;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                return 0;
            }
            catch (SocketException e)
            {
                throw new NetworkException(
                    $"the kernel no longer tells of its network: {e.Message}", ErrorNumbers.Invalid);
            }
        }

        public ReadOnlySpan<byte> Bytes(int length) => _buffer.AsSpan(0, length);

        public void Drain()
        {
            while (_pending is null && _socket.Poll(0, SelectMode.SelectRead))
                _socket.Receive(_buffer, SocketFlags.None, out _);
        }

        public void Dispose() => _socket.Dispose();
    }
}
