using CoreNode.Cli;
using CoreNode.Reboots.Desk;
using CoreNode.Tests.Api.Reboots;

namespace CoreNode.Tests.Cli.Reboots;

/// <summary>What people see of reboots, and how they order them.</summary>
[TestFixture, Category("Unit")]
internal sealed class RebootCommandsTests
{
    private RebootHarness _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await RebootHarness.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Status_says_stage_reason_and_how_long()
    {
        long hour = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        _node.Desk.Status = new RebootStatusView
        {
            Stage = "lock-wait",
            StageSince = hour,
            Reason = "the lock is waited for: m2 holds it",
            Want = "2.0 is installed in slot USR-B",
            WantedBy = "update",
            Since = hour,
            Strategy = "etcd-lock",
            Windows = "Thu 23:00 1h (UTC)",
        };
        CliRun run = await RunAsync("reboot", "status");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match("^STAGE    lock-wait since [-0-9]+ [:0-9]+ \\(60 min ago\\)\n"));
        Assert.That(run.Output, Does.Contain("\nREASON   the lock is waited for: m2 holds it\n"));
        Assert.That(run.Output, Does.Contain("\nWANTED   2.0 is installed in slot USR-B, since "));
        Assert.That(run.Output, Does.Contain("\nSTRATEGY etcd-lock\nWINDOWS  Thu 23:00 1h (UTC)\n"));
    }

    [Test]
    public async Task Now_shows_each_stage_until_the_machine_goes_down()
    {
        _node.Desk.Status = View("wanted", "looked at");
        _node.Desk.Next.Enqueue(View("lock-wait", "m2 holds it"));
        _node.Desk.Next.Enqueue(View("lock-wait", "m2 holds it"));
        _node.Desk.Next.Enqueue(View("rebooting", "the machine goes down"));
        CliRun run = await RunAsync("reboot", "now", "--reason", "new kernel", "--accept-outage", "--by", "kexec");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            run.Output,
            Is.EqualTo("wanted: looked at\nlock-wait: m2 holds it\nrebooting: the machine goes down\n"));
        Assert.That(_node.Desk.Wishes, Is.EqualTo((RebootWish[])
            [new(RebootWishKind.Now) { Reason = "new kernel", IsOutageAccepted = true, By = "kexec" }]));
    }

    [Test]
    public async Task Now_shows_each_stage_as_soon_as_it_comes()
    {
        _node.Desk.Status = View("wanted", "looked at");
        _node.Desk.Next.Enqueue(View("rebooting", "the machine goes down"));
        using FlushedWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, endpoints: _node.Endpoint);
        Assert.That(await CommandLine.RunAsAsync("corenode", ["reboot", "now"], host), Is.Zero, error.ToString());
        Assert.That(
            output.Flushed[..2],
            Is.EqualTo((string[])["wanted: looked at\n", "wanted: looked at\nrebooting: the machine goes down\n"]));
    }

    [Test]
    public async Task Now_that_is_refused_later_fails_with_what_would_break()
    {
        _node.Desk.Status = View("wanted", "looked at");
        _node.Desk.Next.Enqueue(View("idle", "") with { Ended = "refused: no quorum", IsFailed = true });
        CliRun run = await RunAsync("reboot", "now");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("refused: no quorum"));
    }

    [Test]
    public async Task Now_can_be_only_begun()
    {
        _node.Desk.Status = View("wanted", "looked at");
        CliRun run = await RunAsync("reboot", "now", "--no-block");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "wanted: looked at\n")));
    }

    [Test]
    public async Task Cancel_and_strategy_tell_what_they_did()
    {
        Assert.That((await RunAsync("reboot", "cancel")).Output, Is.EqualTo("it was cancelled\n"));
        _node.Desk.Status = View("idle", "") with { Strategy = "off" };
        Assert.That((await RunAsync("reboot", "strategy", "off")).Output, Is.EqualTo("the strategy is off now\n"));
        await RunAsync("reboot", "strategy", "default");
        Assert.That(_node.Desk.Wishes.ConvertAll(static wish => wish.Strategy), Is.EqualTo((string[])["", "off", ""]));
    }

    [Test]
    public async Task Rules_are_set_and_say_what_counts_now()
    {
        _node.Desk.Status = View("idle", "") with { Windows = "Thu 23:00 1h; daily 03:00 1h (UTC)" };
        CliRun run = await RunAsync("reboot", "windows", "Thu 23:00 1h", "daily 03:00 1h");
        Assert.That(run.Output, Is.EqualTo("the windows are Thu 23:00 1h; daily 03:00 1h (UTC) now\n"), run.Error);
        _node.Desk.Status = View("idle", "");
        Assert.That((await RunAsync("reboot", "windows", "none")).Output, Is.EqualTo("it may restart at any time\n"));
        await RunAsync("reboot", "windows", "default");
        run = await RunAsync("reboot", "group", "none");
        Assert.That(run.Output, Is.EqualTo("it takes the lock of no group now\n"));
        await RunAsync("reboot", "group", "default");
        _node.Desk.Status = View("idle", "") with { Group = "g", Fuzz = "30m" };
        Assert.That((await RunAsync("reboot", "group", "g")).Output, Is.EqualTo("the group is g now\n"));
        Assert.That((await RunAsync("reboot", "fuzz", "30m")).Output, Is.EqualTo("it waits up to 30m now\n"));
        await RunAsync("reboot", "fuzz", "none");
        Assert.That(_node.Desk.Wishes, Is.EqualTo((RebootWish[])
        [
            new(RebootWishKind.Windows) { Value = "Thu 23:00 1h; daily 03:00 1h" },
            new(RebootWishKind.Windows) { Value = "" },
            new(RebootWishKind.Windows),
            new(RebootWishKind.Group) { Value = "" },
            new(RebootWishKind.Group),
            new(RebootWishKind.Group) { Value = "g" },
            new(RebootWishKind.Fuzz) { Value = "30m" },
            new(RebootWishKind.Fuzz) { Value = "0s" },
        ]));
    }

    [Test]
    public async Task Status_says_where_each_rule_comes_from()
    {
        _node.Desk.Status = View("idle", "nobody wants a reboot") with
        {
            Strategy = "off",
            StrategyFrom = "update.conf",
            Windows = "Thu 23:00 1h (UTC)",
            WindowsFrom = "order",
            Fuzz = "30m",
            FuzzFrom = "flag",
            GroupFrom = "order",
        };
        CliRun run = await RunAsync("reboot", "status");
        Assert.That(run.Output, Does.EndWith(
            """
            GROUP    none (set at run time)
            STRATEGY off (update.conf)
            WINDOWS  Thu 23:00 1h (UTC) (set at run time)
            FUZZ     30m (flag)

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public async Task A_word_that_is_no_strategy_is_refused_before_a_node_is_asked()
    {
        CliRun run = await CliRun.OfAsync(["reboot", "strategy", "always"], endpoints: "http://127.0.0.1:1");
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(
            run.Error,
            Does.Contain("'always' is no strategy: say etcd-lock, reboot, off, best-effort, or default"));
        Assert.That(RebootWish.Strategies, Is.EqualTo(CoreNode.Reboots.RebootStrategies.Words));
    }

    [Test]
    public async Task A_way_that_is_none_is_refused_before_a_node_is_asked()
    {
        CliRun run = await CliRun.OfAsync(["reboot", "now", "--by", "magic"], endpoints: "http://127.0.0.1:1");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Error);
        Assert.That(run.Error, Does.Contain("--by magic: say firmware, kexec, auto"));
    }

    [TestCase("fuzz", "x", "is no fuzz: a time up to 7d is needed, such as 90s or 30m")]
    [TestCase("fuzz", "8d", "is no fuzz")]
    [TestCase("windows", "Thu 25:00 1h", "Thu 25:00 1h")]
    [TestCase("group", "..", "a group is one line")]
    public async Task A_rule_that_is_none_is_refused_before_a_node_is_asked(string rule, string word, string problem)
    {
        CliRun run = await CliRun.OfAsync(["reboot", rule, word], endpoints: "http://127.0.0.1:1");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")), run.Error);
        Assert.That(run.Error, Does.Contain(problem));
    }

    [Test]
    public async Task A_refusal_is_told()
    {
        _node.Desk.Refusal = "no reboot is wanted: nothing is to be cancelled";
        CliRun run = await RunAsync("reboot", "cancel");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("reboot cancel: no reboot is wanted: nothing is to be cancelled"));
    }

    private static RebootStatusView View(string stage, string reason) => new() { Stage = stage, Reason = reason };

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args, endpoints: _node.Endpoint);

    // What somebody has seen each time that something was handed on.
    private sealed class FlushedWriter : StringWriter
    {
        public List<string> Flushed { get; } = [];

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushed.Add(ToString());
            return Task.CompletedTask;
        }
    }
}
