using System.Buffers.Binary;
using System.Net.Sockets;
using CoreNode.Platform;
using CoreNode.Runner.Guard;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Foundation;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner.Guard;

/// <summary>The node's end of the guard, with a guard that answers as a test wants.</summary>
[TestFixture, Category("Fault")]
[CancelAfter(60_000)]
internal sealed class UnitGuardTests : IUnitProcesses
{
    private readonly RecordedLog _log = new();
    private TestFolder _folder = null!;
    private Socket _listener = null!;
    private UnitGuard? _guard;
    private GuardMessage _held = new(TimeSpan.Zero, []);

    private static TimeSpan Later => BootClock.Now(BootClock.Instance) + TimeSpan.FromMinutes(5);

    public UnitProcesses Find(string name) => new([], $"UNIT={name}");

    [SetUp]
    public void Listen()
    {
        _folder = new TestFolder();
        Directory.CreateDirectory(_folder.File("guard"));
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_folder.File("guard/guard.sock")));
        _listener.Listen(8);
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_guard is not null)
            await _guard.DisposeAsync();
        _listener.Dispose();
        _folder.Dispose();
        _log.Dispose();
    }

    [Test]
    public async Task A_first_arming_that_is_not_confirmed_leaves_an_earlier_process_s_guard_as_it_is(
        CancellationToken stop)
    {
        await File.WriteAllTextAsync(_folder.File("guard/held"), "one.service\n", stop);
        _held = Message(Later, "one.service");
        UnitGuard guard = NewGuard();
        Task armed = ArmAsync(guard, Later, TimeSpan.FromMilliseconds(300), "one.service");
        using (Socket silent = await AcceptAsync(stop))
        {
            await ReceiveAsync(silent, stop);
            Assert.That(await FaultOfAsync(armed), Is.InstanceOf<OperationCanceledException>());
        }

        Assert.That(guard.NotAfter("one.service"), Is.EqualTo(TimeSpan.Zero));
        // Whatever it says by itself comes within its look at the guard; what it is asked for comes after.
        await Task.Delay(TimeSpan.FromMilliseconds(700), stop);
        TimeSpan deadline = Later;
        Task again = ArmAsync(guard, deadline, TimeSpan.FromSeconds(20), "one.service");
        using Socket next = await AcceptAsync(stop);
        GuardMessage first = await ReceiveAsync(next, stop);
        Assert.That(first.Deadline, Is.EqualTo(deadline), "nothing was armed that nobody asked for");
        await ConfirmAsync(next, first, stop);
        await again;
    }

    [Test]
    public async Task What_was_promised_is_armed_again_after_an_arming_that_was_not_confirmed(CancellationToken stop)
    {
        UnitGuard guard = NewGuard();
        TimeSpan deadline = Later;
        Task armed = ArmAsync(guard, deadline, TimeSpan.FromSeconds(20), "one.service", "two.service");
        using (Socket client = await AcceptAsync(stop))
        {
            await ConfirmAsync(client, await ReceiveAsync(client, stop), stop);
            await armed;
            Task fewer = ArmAsync(guard, Later, TimeSpan.FromMilliseconds(300), "one.service");
            _held = await ReceiveAsync(client, stop);
            Assert.That(await FaultOfAsync(fewer), Is.InstanceOf<OperationCanceledException>());
        }

        Assert.That(guard.NotAfter("two.service"), Is.EqualTo(deadline));
        using Socket next = await AcceptAsync(stop);
        GuardMessage again = await ReceiveAsync(next, stop);
        await ConfirmAsync(next, again, stop);
        Assert.That(Names(again), Is.EqualTo((string[])["one.service", "two.service"]));
        Assert.That(again.Deadline, Is.EqualTo(deadline));
    }

    [Test]
    public async Task A_process_that_starts_after_an_arming_was_not_confirmed_forbids_whatever_may_be_held(
        CancellationToken stop)
    {
        UnitGuard guard = NewGuard();
        Task armed = ArmAsync(guard, Later, TimeSpan.FromSeconds(20), "one.service");
        using Socket client = await AcceptAsync(stop);
        await ConfirmAsync(client, await ReceiveAsync(client, stop), stop);
        await armed;
        Task other = ArmAsync(guard, Later, TimeSpan.FromMilliseconds(300), "two.service");
        await ReceiveAsync(client, stop);
        Assert.That(await FaultOfAsync(other), Is.InstanceOf<OperationCanceledException>());
        await guard.DisposeAsync();

        UnitGuard after = NewGuard();
        Assert.That(after.NotAfter("one.service"), Is.EqualTo(TimeSpan.Zero));
        Assert.That(after.NotAfter("two.service"), Is.EqualTo(TimeSpan.Zero));
    }

    private static GuardMessage Message(TimeSpan deadline, params string[] units) => new(
        deadline, [.. units.Select(static unit => new GuardedUnit(unit, new UnitProcesses([], $"UNIT={unit}")))]);

    private static string[] Names(GuardMessage message) =>
        [.. message.Units.Select(static unit => unit.Name).Order(StringComparer.Ordinal)];

    private static async Task ArmAsync(UnitGuard guard, TimeSpan deadline, TimeSpan limit, params string[] units)
    {
        using CancellationTokenSource end = new(limit);
        await guard.ArmAsync(new HashSet<string>(units), deadline, end.Token);
    }

    private static async Task<Exception?> FaultOfAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCanceled ? new OperationCanceledException() : task.Exception?.InnerException;
    }

    private static async Task<GuardMessage> ReceiveAsync(Socket client, CancellationToken stop)
    {
        byte[] head = await ReceiveAsync(client, GuardMessage.HeadBytes, stop);
        return GuardMessage.Read(await ReceiveAsync(client, BinaryPrimitives.ReadInt32LittleEndian(head), stop));
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int length, CancellationToken stop)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            int count = await client.ReceiveAsync(bytes.AsMemory(at), stop);
            Assert.That(count, Is.GreaterThan(0), "the node's end went away");
            at += count;
        }

        return bytes;
    }

    private UnitGuard NewGuard() => _guard = new UnitGuard(
        new GuardOptions { Folder = _folder.File("guard"), Program = ["/bin/false"] }, this, TimeProvider.System, _log);

    private async Task<Socket> AcceptAsync(CancellationToken stop)
    {
        Socket client = await _listener.AcceptAsync(stop);
        await client.SendAsync(_held.Write(), stop);
        return client;
    }

    private async Task ConfirmAsync(Socket client, GuardMessage told, CancellationToken stop)
    {
        _held = told;
        await client.SendAsync(told.Write(), stop);
    }
}
