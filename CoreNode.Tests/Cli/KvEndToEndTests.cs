using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>
/// kv, cluster and member of the native executable against a server with the v2 API, etcd itself by default: what they
/// print, their exit codes, and what watches do when the server goes away.
/// </summary>
[TestFixture("etcd"), TestFixture("corenode"), Category("EndToEnd"), Category("Native")]
internal sealed class KvEndToEndTests(string serverName)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private ServerProcess _server = null!;
    private string _program = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _program = TestPrograms.Corenode();
        _server = await ServerProcess.StartAsync(ServerCommand.Named(serverName));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Test]
    public async Task A_session_prints_what_etcdctl_would_and_ends_with_its_own_codes()
    {
        (string Line, string Output, int ExitCode)[] session =
        [
            ("kv set /s/a one", "one\n", 0),
            ("kv get /s/a", "one\n", 0),
            ("kv get /s/nothing", "", 4),
            ("kv mk /s/a two", "", 1),
            ("kv mk /s/b two", "two\n", 0),
            ("kv update /s/b three", "three\n", 0),
            ("kv update /s/nothing x", "", 4),
            ("kv cas --with-value three /s/b four", "four\n", 0),
            ("kv cas --with-value three /s/b five", "", 1),
            ("kv mkdir /s/d", "", 0),
            ("kv set --dir --ttl 1000 /s/e", "", 0),
            ("kv update --dir --ttl 2000 /s/e", "", 0),
            ("kv ls -p --sort /s", "/s/a\n/s/b\n/s/d/\n/s/e/\n", 0),
            ("kv get /s/d", "", 1),
            ("kv rm /s/d", "", 1),
            ("kv rmdir /s/d", "", 0),
            ("kv rm --with-value x /s/b", "", 1),
            ("kv rm /s/b", "PrevNode.Value: four\n", 0),
            ("kv rm -r /s", "", 0),
            ("kv ls /s", "", 4),
        ];
        foreach ((string line, string output, int exitCode) in session)
        {
            ProgramResult result = await RunAsync(line);
            Assert.That((result.Output, result.ExitCode), Is.EqualTo((output, exitCode)), $"{line}\n{result.Error}");
            Assert.That(result.Error.Length > 0, Is.EqualTo(exitCode != 0), line);
        }
    }

    [Test]
    public async Task Json_is_the_answer_of_the_server()
    {
        await RunAsync("kv set /j/a <&>");
        ProgramResult result = await RunAsync("kv get -o json /j/a");
        using HttpClient http = new();
        string answer = await http.GetStringAsync($"{_server.Url}/v2/keys/j/a");
        Assert.That(result.Output, Is.EqualTo(answer));
    }

    [Test]
    public async Task Cluster_and_member_tell_of_the_one_member()
    {
        ProgramResult health = await RunAsync("cluster health");
        ProgramResult status = await RunAsync("cluster status");
        ProgramResult members = await RunAsync("member list");
        Assert.Multiple(() =>
        {
            Assert.That(health.Output, Does.EndWith($"healthy result from {_server.Url}\ncluster is healthy\n"));
            Assert.That(status.Output, Does.Contain("leader").And.Contain("healthy").And.Contain(_server.Url));
            Assert.That(members.Output, Does.Contain("name=default").And.Contain("isLeader=true"));
            Assert.That(health.ExitCode + status.ExitCode + members.ExitCode, Is.Zero);
        });
    }

    [Test]
    public async Task A_watch_goes_on_over_a_restart_of_the_server_and_misses_nothing()
    {
        await RunAsync("kv set /w/start 0");
        using RunningProgram watch = Start("kv", "watch", "-f", "-r", "/w");
        await UntilAsync(async () =>
        {
            await RunAsync("kv set /w/ready yes");
            return watch.StandardOutput.Contains("[set] /w/ready", StringComparison.Ordinal);
        });
        for (int round = 0; round < 3; round++)
        {
            await _server.KillAsync();
            await _server.RestartAsync();
            for (int i = 0; i < 5; i++)
                Assert.That((await RunAsync($"kv set /w/k {round}.{i}")).ExitCode, Is.Zero);
        }

        string[] expected =
        [
            .. Enumerable.Range(0, 15).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i / 5}.{i % 5}")),
        ];
        await UntilAsync(
            () => Task.FromResult(watch.StandardOutput.EndsWith("2.4\n", StringComparison.Ordinal)),
            () => $"exited {watch.HasExited}\n{watch.StandardOutput}\n{watch.StandardError}");
        string[] lines = watch.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] told = [.. lines.Where((_, at) => at > 0 && lines[at - 1] == "[set] /w/k")];
        Assert.That(told, Is.EqualTo(expected), watch.StandardError);
        Signals.Send(watch.Pid, Signals.Terminate);
        Assert.That(await watch.WaitForExitAsync(s_patience), Is.Zero);
    }

    [Test]
    public async Task A_watch_whose_history_is_gone_says_so_and_goes_on()
    {
        await RunAsync("kv set /h/start 0");
        await FillAsync(1100);
        using RunningProgram watch = Start("kv", "watch", "-f", "--after-index", "4", "/h/k");
        await UntilAsync(() => Task.FromResult(
            watch.StandardError.Contains("no longer in the node's history", StringComparison.Ordinal)));
        await RunAsync("kv set /h/k after");
        await UntilAsync(() => Task.FromResult(watch.StandardOutput == "after\n"));
    }

    [Test]
    public async Task A_command_is_run_for_each_change_in_order_with_what_changed()
    {
        using RunningProgram watch = Start(
            "kv", "exec-watch", "-r", "/x", "--", "sh", "-c",
            "echo $ETCD_WATCH_ACTION $ETCD_WATCH_KEY $ETCD_WATCH_VALUE; test $ETCD_WATCH_MODIFIED_INDEX -gt 3");
        await UntilAsync(async () =>
        {
            await RunAsync("kv set /x/ready yes");
            return watch.StandardOutput.Length > 0;
        });
        await RunAsync("kv set /x/a 1");
        await RunAsync("kv update /x/a 2");
        await RunAsync("kv rm /x/a");
        await UntilAsync(() => Task.FromResult(
            watch.StandardOutput.EndsWith("set /x/a 1\nupdate /x/a 2\ndelete /x/a\n", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_signal_reaches_the_command_that_runs()
    {
        using RunningProgram watch = Start(
            "kv", "exec-watch", "/y", "--", "sh", "-c",
            "trap 'echo stopped; exit 0' TERM; echo started; while :; do sleep 0.05; done");
        await UntilAsync(async () =>
        {
            await RunAsync("kv set /y 1");
            return watch.StandardOutput.Contains("started", StringComparison.Ordinal);
        });
        Signals.Send(watch.Pid, Signals.Terminate);
        Assert.That(await watch.WaitForExitAsync(s_patience), Is.Zero, watch.StandardError);
        Assert.That(watch.StandardOutput, Does.EndWith("stopped\n"));
    }

    [Test]
    public async Task A_command_that_does_not_exist_is_told()
    {
        using RunningProgram watch = Start("kv", "exec-watch", "/z", "--", "no-such-program");
        await UntilAsync(async () =>
        {
            await RunAsync("kv set /z 1");
            return watch.HasExited;
        });
        Assert.That(await watch.WaitForExitAsync(s_patience), Is.EqualTo(2));
        Assert.That(watch.StandardError, Does.Contain("cannot run no-such-program"));
    }

    private Task<ProgramResult> RunAsync(string line) =>
        ProgramResult.OfAsync(_program, line.Split(' '), Environment());

    private RunningProgram Start(params string[] words) => RunningProgram.Start(_program, words, Environment());

    private Dictionary<string, string> Environment() => new() { ["CORENODE_ENDPOINTS"] = _server.Url };

    private async Task FillAsync(int count)
    {
        using HttpClient http = new();
        for (int i = 0; i < count; i++)
        {
            using FormUrlEncodedContent form = new([new("value", "x")]);
            using HttpResponseMessage answer = await http.PutAsync(new Uri($"{_server.Url}/v2/keys/fill"), form);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string>? describe = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > s_patience)
                Assert.Fail($"still waiting after {s_patience}\n{describe?.Invoke()}");
            await Task.Delay(20);
        }
    }
}
