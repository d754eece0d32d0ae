using System.Diagnostics;
using System.Net;
using CoreNode.Foundation;
using CoreNode.Tests.Benchmarks;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// One network of namespaces, each with one address of its own: 10.77.0.10 for clients, .11 and so on for members.
/// Every packet passes through one thread of this process, which loses and delays what <see cref="Faults"/> says.
/// </summary>
internal sealed class PacketNetwork : IDisposable
{
    private const string Device = "eth0";
    private const int FirstAddress = 10;
    private const int LongestPacket = 65536;
    private const int MostPacketsInTurn = 64;
    private const int LongestWaitMilliseconds = 20;
    private const int MostDelayed = 100_000;

    // IPv4 header: version and length, and where the destination stands.
    private const int ShortestPacket = 20;
    private const int DestinationEnd = 19;

    private readonly NetworkNamespace[] _places;
    private readonly int[] _devices;
    private readonly byte[] _buffer = new byte[LongestPacket];
    private readonly PriorityQueue<(int To, byte[] Packet), (long Due, long Number)> _delayed = new();
    private readonly Prng _prng;
    private readonly Thread _thread;
    private LinkFaults _faults = LinkFaults.None;
    private long _lastNumber;
    private long _lost;
    private volatile bool _stopping;

    /// <summary>A network of this many places, the clients' included.</summary>
    public PacketNetwork(int places, ulong seed)
    {
        _prng = new Prng(seed);
        _places = [.. Enumerable.Range(0, places).Select(_ => new NetworkNamespace())];
        _devices = [.. Enumerable.Range(0, places).Select(OpenDevice)];
        _thread = new Thread(Forward) { IsBackground = true, Name = "packets" };
        _thread.Start();
    }

    /// <summary>What the network does from now on; also to packets that were delayed before.</summary>
    public LinkFaults Faults
    {
        get => Volatile.Read(ref _faults);
        set => Volatile.Write(ref _faults, value);
    }

    /// <summary>How many packets were lost so far: a fault that hit none proves nothing.</summary>
    public long LostCount => Interlocked.Read(ref _lost);

    /// <summary>The namespace of a place.</summary>
    public NetworkNamespace this[int place] => _places[place];

    /// <summary>How many places there are.</summary>
    public int Count => _places.Length;

    /// <summary>The address of a place.</summary>
    public static IPAddress Address(int place) => new(AddressBytes(place));

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        foreach (int device in _devices)
            NetworkCalls.Close(device);
        foreach (NetworkNamespace place in _places)
            place.Dispose();
    }

    private static byte[] AddressBytes(int place) => [10, 77, 0, (byte)(FirstAddress + place)];

    private int OpenDevice(int place) => _places[place].Run(() =>
    {
        int device = NetworkCalls.OpenTun(Device);
        NetworkCalls.Configure(Device, AddressBytes(place));
        return device;
    });

    private void Forward()
    {
        using EventPoll poll = new();
        for (int place = 0; place < _devices.Length; place++)
            poll.Add(_devices[place], place);
        while (!_stopping)
        {
            int ready = poll.Wait(WaitMilliseconds());
            for (int i = 0; i < ready; i++)
                Take(poll.TagAt(i));
            SendDue();
        }
    }

    private int WaitMilliseconds()
    {
        if (!_delayed.TryPeek(out _, out (long Due, long Number) next))
            return LongestWaitMilliseconds;
        double left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next.Due).TotalMilliseconds;
        return Math.Clamp((int)Math.Ceiling(left), 0, LongestWaitMilliseconds);
    }

    private void Take(int from)
    {
        LinkFaults faults = Faults;
        for (int i = 0; i < MostPacketsInTurn; i++)
        {
            int length = NetworkCalls.Read(_devices[from], _buffer);
            if (length == 0)
                return;
            ReadOnlySpan<byte> packet = _buffer.AsSpan(0, length);
            int to = Destination(packet);
            if (to < 0)
                continue;
            if (IsLost(faults, from, to))
                Interlocked.Increment(ref _lost);
            else
                Pass(faults, from, to, packet);
        }
    }

    private int Destination(ReadOnlySpan<byte> packet)
    {
        bool isOurs = packet.Length >= ShortestPacket && packet[0] >> 4 == 4 && packet[16] == 10 && packet[17] == 77;
        int place = isOurs ? packet[DestinationEnd] - FirstAddress : -1;
        return place < _devices.Length ? place : -1;
    }

    private bool IsLost(LinkFaults faults, int from, int to) =>
        faults.Cut.Contains((from, to)) || (IsBetweenMembers(from, to) && _prng.Chance(faults.Loss));

    private void Pass(LinkFaults faults, int from, int to, ReadOnlySpan<byte> packet)
    {
        if (!IsBetweenMembers(from, to) || (faults.Delay == TimeSpan.Zero && faults.Jitter == TimeSpan.Zero))
        {
            NetworkCalls.Write(_devices[to], packet);
            return;
        }
        if (_delayed.Count >= MostDelayed)
            return;
        double seconds = faults.Delay.TotalSeconds + _prng.NextDouble() * faults.Jitter.TotalSeconds;
        long due = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        _delayed.Enqueue((to, packet.ToArray()), (due, _lastNumber++));
    }

    private void SendDue()
    {
        long now = Stopwatch.GetTimestamp();
        while (_delayed.TryPeek(out (int To, byte[] Packet) next, out (long Due, long Number) key) && key.Due <= now)
        {
            _delayed.Dequeue();
            NetworkCalls.Write(_devices[next.To], next.Packet);
        }
    }

    private static bool IsBetweenMembers(int from, int to) => from > 0 && to > 0;
}
