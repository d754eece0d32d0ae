using System.Globalization;
using System.Text.Json;
using CoreNode.Systemd.Updates;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Foundation;
using CoreNode.Tests.Updates.Desk;
using CoreNode.Updates.Desk;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Systemd.Updates;

/// <summary>com.coreos.update1 on a message bus of the test's own, asked by systemd's busctl.</summary>
[TestFixture, Category("Conformance"), CancelAfter(120_000)]
internal sealed class UpdateBusTests
{
    private readonly List<IDisposable> _made = [];
    private FakeDesk _desk = null!;
    private RecordedLog _log = null!;

    [SetUp]
    public void SetUp() => (_desk, _log) = (new FakeDesk(), new RecordedLog());

    [TearDown]
    public void Stop()
    {
        for (int i = _made.Count - 1; i >= 0; i--)
            _made[i].Dispose();
        _made.Clear();
        _log.Dispose();
    }

    [Test]
    public async Task The_object_has_the_methods_and_the_signal_of_the_update_engine()
    {
        MessageBus bus = await ServeAsync();
        string[] lines = (await bus.IntrospectAsync()).Output.Split('\n');
        string[] found =
        [
            .. lines.SkipWhile(static line => !line.StartsWith("com.coreos.update1.Manager", StringComparison.Ordinal))
                .TakeWhile(static line => !line.StartsWith("org.", StringComparison.Ordinal)).Skip(1)
                .Select(static line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                .Where(static line => line.Length > 0),
        ];
        Assert.That(found, Is.EqualTo((string[])
        [
            ".AttemptUpdate method - - -", ".GetStatus method - xdssx -", ".ResetStatus method - - -",
            ".StatusUpdate signal xdssx - -",
        ]));
    }

    [Test]
    public async Task The_status_is_answered_as_the_update_engine_does()
    {
        MessageBus bus = await ServeAsync();
        ProgramResult result = await bus.CallAsync("GetStatus");
        Assert.That(result.Output, Is.EqualTo("xdssx 0 0 \"UPDATE_STATUS_IDLE\" \"0.0.0\" 0\n"), result.Error);
        _desk.Change(Downloading);
        result = await bus.CallAsync("GetStatus");
        Assert.That(result.Output, Is.EqualTo(
            "xdssx 1795000000 0.25 \"UPDATE_STATUS_DOWNLOADING\" \"1.4.1\" 400\n"), result.Error);
    }

    [Test]
    public async Task An_attempt_orders_an_update_and_a_reset_takes_it_back()
    {
        MessageBus bus = await ServeAsync();
        Assert.That((await bus.CallAsync("AttemptUpdate")).ExitCode, Is.Zero);
        Assert.That((await bus.CallAsync("ResetStatus")).ExitCode, Is.Zero);
        Assert.That(_desk.Orders.Select(static order => order.Kind), Is.EqualTo((UpdateOrderKind[])
        [
            UpdateOrderKind.Now, UpdateOrderKind.Reset,
        ]));
    }

    [Test]
    public async Task A_refusal_is_an_error_with_its_reason()
    {
        MessageBus bus = await ServeAsync();
        _desk.OnOrder = static _ => "no server is asked: SERVER=disabled";
        ProgramResult refused = await bus.CallAsync("AttemptUpdate");
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.Error, Does.Contain("no server is asked: SERVER=disabled"));

        // As with that engine: what is under way is no reason to complain, but it cannot be reset.
        _desk.Change(Downloading);
        Assert.That((await bus.CallAsync("AttemptUpdate")).ExitCode, Is.Zero);
        Assert.That((await bus.CallAsync("ResetStatus")).ExitCode, Is.Not.Zero);
        Assert.That((await bus.CallAsync("NoSuchMethod")).ExitCode, Is.Not.Zero);
    }

    [Test]
    public async Task Each_change_is_a_signal()
    {
        MessageBus bus = await ServeAsync();
        using RunningProgram monitor = await bus.MonitorAsync();
        _desk.Change(Downloading);
        await FakeDesk.UntilAsync(() => Signals(monitor).Count == 1, "no signal");
        _desk.Change(static view => view with { Status = "UPDATE_STATUS_UPDATED_NEED_REBOOT", Progress = 1 });
        await FakeDesk.UntilAsync(() => Signals(monitor).Count == 2, "no second signal");
        Assert.That(Signals(monitor), Is.EqualTo((string[])
        [
            "/com/coreos/update1 com.coreos.update1.Manager xdssx 1795000000 0.25 UPDATE_STATUS_DOWNLOADING 1.4.1 400",
            "/com/coreos/update1 com.coreos.update1.Manager xdssx 1795000000 1 UPDATE_STATUS_UPDATED_NEED_REBOOT "
                + "1.4.1 400",
        ]));
    }

    [Test]
    public async Task Only_who_the_policy_names_may_ask()
    {
        MessageBus bus = await ServeAsync();
        ProgramResult result = await bus.CallAsStrangerAsync("GetStatus");
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("denied").IgnoreCase.Or.Contain("not allowed").IgnoreCase);
        Assert.That((await bus.CallAsStrangerAsync("AttemptUpdate")).ExitCode, Is.Not.Zero);
        Assert.That(_desk.Orders, Is.Empty);
    }

    [Test]
    public async Task The_name_of_another_engine_is_left_to_it_for_good()
    {
        MessageBus bus = await ServeAsync();
        using UpdateBus second = Make(bus);
        second.Start();
        Assert.That(await second.Claimed, Is.False);
        Assert.That(_log.Lines, Has.Some.Contains("another update engine has it"));
        _made[^1].Dispose();
        await UntilFreeAsync(bus);
        Assert.That(second.IsServing, Is.False);
        Assert.That(await bus.HasNameAsync(), Is.False);
        using UpdateBus third = Make(bus);
        third.Start();
        Assert.That(await third.Claimed, Is.True, "the next start of a node finds it free");
    }

    [Test]
    public async Task The_name_of_an_engine_that_is_installed_but_not_started_is_left_to_it()
    {
        MessageBus bus = new() { HasOtherEngine = true };
        _made.Add(bus);
        await bus.StartAsync();
        using UpdateBus updates = Make(bus);
        updates.Start();
        Assert.That(await updates.Claimed, Is.False);
        Assert.That(_log.Lines, Has.Some.Contains("is installed for it"));
    }

    [Test]
    public async Task Without_the_policy_the_log_says_what_to_install()
    {
        MessageBus bus = new() { HasPolicy = false };
        _made.Add(bus);
        await bus.StartAsync();
        using UpdateBus updates = Make(bus);
        updates.Start();
        Assert.That(await updates.Claimed, Is.False);
        Assert.That(_log.Lines, Has.Some.Contains("install packaging/dbus/com.coreos.update1.conf"));
    }

    [Test]
    public async Task A_bus_that_comes_late_or_anew_is_served_too()
    {
        MessageBus bus = new();
        _made.Add(bus);
        UpdateBus updates = Make(bus);
        _made.Add(updates);
        updates.Start();
        await FakeDesk.UntilAsync(() => _log.Lines.Any(static line => line.StartsWith("no message bus")), "no line");
        await bus.StartAsync();
        Assert.That(await updates.Claimed, Is.True);
        bus.Kill();
        await FakeDesk.UntilAsync(() => !updates.IsServing, "the loss is not seen");
        await bus.StartAsync();
        await FakeDesk.UntilAsync(() => updates.IsServing, "it does not serve again");
        Assert.That((await bus.CallAsync("GetStatus")).ExitCode, Is.Zero);
    }

    private static UpdateStatusView Downloading(UpdateStatusView view) => view with
    {
        Stage = "downloading",
        Status = "UPDATE_STATUS_DOWNLOADING",
        Progress = 0.25,
        LastChecked = 1_795_000_000,
        NewVersion = "1.4.1",
        NewSize = 400,
    };

    // What a monitor has shown of the signal so far: where it is from and what it says.
    private static List<string> Signals(RunningProgram monitor)
    {
        List<string> signals = [];
        string shown = monitor.StandardOutput;
        foreach (string line in shown[..(shown.LastIndexOf('\n') + 1)].Split('\n'))
        {
            if (!line.Contains("\"StatusUpdate\"", StringComparison.Ordinal))
                continue;
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement message = document.RootElement;
            JsonElement payload = message.GetProperty("payload");
            JsonElement[] data = [.. payload.GetProperty("data").EnumerateArray()];
            signals.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{message.GetProperty("path")} {message.GetProperty("interface")} {payload.GetProperty("type")} "
                + $"{data[0].GetInt64()} {data[1].GetDouble()} {data[2]} {data[3]} {data[4].GetInt64()}"));
        }

        return signals;
    }

    private static async Task UntilFreeAsync(MessageBus bus)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        while (await bus.HasNameAsync())
            Assert.That(deadline.IsCancellationRequested, Is.False, "the name stays");
    }

    private async Task<MessageBus> ServeAsync()
    {
        MessageBus bus = new();
        _made.Add(bus);
        await bus.StartAsync();
        UpdateBus updates = Make(bus);
        _made.Add(updates);
        updates.Start();
        Assert.That(await updates.Claimed, Is.True, () => string.Join('\n', _log.Lines));
        return bus;
    }

    private UpdateBus Make(MessageBus bus) =>
        new(_desk, bus.Address, _log.CreateLogger<UpdateBus>(), TimeProvider.System);
}
