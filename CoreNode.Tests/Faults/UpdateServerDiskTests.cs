using System.Globalization;
using System.Net;
using CoreNode.Tests.Api.UpdateServer;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Server;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Faults;

/// <summary>
/// The native update server on a disk that fails by the kernel's own means: a sync or a write that is answered with an
/// error ends it with the reason, and what it had acknowledged is there; a full disk is waited out.
/// </summary>
[TestFixture, Category("Fault"), Category("Native"), CancelAfter(300_000)]
internal sealed class UpdateServerDiskTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly Uri _url = new($"http://127.0.0.1:{FreePorts.Next()}");
    private TestFolder _folder = null!;
    private HttpClient _http = null!;

    private string Data => _folder.File("data");

    private string Database => Path.Combine(Data, "server.db");

    [SetUp]
    public async Task SetUpAsync()
    {
        _folder = new TestFolder();
        _http = new HttpClient { Timeout = s_deadline };
        using ServerBench setup = new(folder: Data, time: TimeProvider.System);
        await setup.SetUpAsync();
        await setup.ReleaseAsync("1.1.0", 2);
    }

    [TearDown]
    public void TearDown()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_sync_that_fails_ends_it_with_the_reason_and_nothing_is_acknowledged()
    {
        using RunningProgram server = await StartAsync([TestPrograms.Corenode(), .. Serve(Data)]);
        using RunningProgram strace = await AttachAsync(
            server.Pid, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO");
        await EndsAsync(server);
    }

    // A limit of the process stands for any error of a write that is not a full disk: EFBIG.
    [Test]
    public async Task A_write_that_fails_ends_it_with_the_reason_and_nothing_is_acknowledged()
    {
        // The signal that goes with the limit is off, as it stays over an exec.
        using RunningProgram server = await StartAsync(
            ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", TestPrograms.Corenode(), .. Serve(Data)]);
        long most = new FileInfo(Database + "-wal").Length;
        ProgramResult limit = await ProgramResult.OfAsync(
            "prlimit",
            [
                "--pid", server.Pid.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"--fsize={most}"),
            ]);
        Assert.That(limit.ExitCode, Is.Zero, limit.Error);
        await EndsAsync(server);
    }

    [Test]
    public async Task A_full_disk_is_waited_out()
    {
        string small = _folder.File("small");
        Directory.CreateDirectory(small);
        const string Script =
            "mount -t tmpfs -o size=4m small \"$1\" && cp -r \"$2/.\" \"$1\" && shift 2 && exec \"$@\"";
        using RunningProgram server = await StartAsync(
        [
            "unshare", "--mount", "/bin/sh", "-c", Script, "sh", small, Data, TestPrograms.Corenode(), .. Serve(small),
        ]);
        string inside = $"/proc/{server.Pid}/root{small}";
        Assert.That(await AskAsync("known"), Does.Contain("status=\"ok\"").And.Contain("version=\"1.1.0\""));
        Fill(Path.Combine(inside, "filler"));
        string refused = "";
        for (int i = 0; i < 2000 && !refused.Contains("error-internal", StringComparison.Ordinal); i++)
            refused = await AskAsync($"new{i}");
        Assert.That(refused, Does.Contain("status=\"error-internal\""), "it must have become full");
        Assert.That(await AskAsync("known"), Does.Contain("<updatecheck"), "known machines go on");
        Assert.That(server.StandardError, Does.Contain("everything else is refused"));
        File.Delete(Path.Combine(inside, "filler"));
        DateTime deadline = DateTime.UtcNow + s_deadline;
        while ((await AskAsync("late")).Contains("error-internal", StringComparison.Ordinal))
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), server.StandardError);
            await Task.Delay(50);
        }

        Assert.That(server.HasExited, Is.False);
        Signals.Send(server.Pid, Signals.Terminate);
        Assert.That(await server.WaitForExitAsync(s_deadline), Is.Zero, server.StandardError);
    }

    // The disk fails from the second machine on.
    private async Task EndsAsync(RunningProgram server)
    {
        string? answer = await TryAskAsync("after");
        Assert.That(answer ?? "error-internal", Does.Contain("error-internal").And.Not.Contain("<updatecheck"));
        Assert.That(await server.WaitForExitAsync(s_deadline), Is.EqualTo(1), server.StandardError);
        string reason = server.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.That(reason, Does.StartWith($"corenode update-server: {Database}: ").And.Contain("disk I/O error"));
        Assert.That(reason, Does.EndWith("what the disk holds is unknown: look at the kernel's log, then start again"));

        // On a disk that works again, what was acknowledged is there, and everything goes on.
        using RunningProgram again = await StartAsync([TestPrograms.Corenode(), .. Serve(Data)], isFirst: false);
        Assert.That(await AskAsync("after"), Does.Contain("version=\"1.1.0\""));
        Signals.Send(again.Pid, Signals.Terminate);
        Assert.That(await again.WaitForExitAsync(s_deadline), Is.Zero, again.StandardError);
        using ServerBench judge = new(folder: Data, time: TimeProvider.System);
        IReadOnlyList<MachineEvent> history = await judge.Server.GetHistoryAsync(
            ServerBench.App, "before", 0, 10, CancellationToken.None);
        Assert.That(history.Any(static one => one.Kind == MachineEventKind.Granted), Is.True);
    }

    // Serves, and has acknowledged something before anything fails.
    private async Task<RunningProgram> StartAsync(string[] command, bool isFirst = true)
    {
        RunningProgram server = RunningProgram.Start(command[0], command[1..]);
        DateTime deadline = DateTime.UtcNow + s_deadline;
        while (!await IsHealthyAsync())
        {
            Assert.That(server.HasExited, Is.False, server.StandardError);
            Assert.That(DateTime.UtcNow, Is.LessThan(deadline), server.StandardError);
            await Task.Delay(20);
        }

        if (isFirst)
            Assert.That(await AskAsync("before"), Does.Contain("version=\"1.1.0\""));
        return server;
    }

    private string[] Serve(string data) =>
    [
        "update-server", "serve", "--data-dir", data, "--listen-urls", _url.GetLeftPart(UriPartial.Authority),
        "--unix-socket", "none", "--trusted-keys", _folder.File("no-keys"),
    ];

    private static async Task<RunningProgram> AttachAsync(int pid, params string[] how)
    {
        RunningProgram strace = RunningProgram.Start(
            TestPrograms.Strace(),
            ["-f", "-o", "/dev/null", .. how, "-p", pid.ToString(CultureInfo.InvariantCulture)]);
        DateTime deadline = DateTime.UtcNow + s_deadline;
        foreach (string thread in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            while (!IsTraced(thread))
            {
                Assert.That(strace.HasExited, Is.False, strace.StandardError);
                Assert.That(DateTime.UtcNow, Is.LessThan(deadline));
                await Task.Delay(5);
            }
        }

        return strace;
    }

    private static bool IsTraced(string thread)
    {
        try
        {
            return !File.ReadLines(Path.Combine(thread, "status")).Contains("TracerPid:\t0");
        }
        catch (IOException)
        {
            // It has ended.
            return true;
        }
    }

    private static void Fill(string path)
    {
        using FileStream filler = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[4096];
        try
        {
            while (true)
                filler.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(new Uri(_url, "/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> AskAsync(string machine)
    {
        using StringContent body = new(UpdateServerHarness.Request(machine, "1.0.0", "stable"));
        using HttpResponseMessage answer = await _http.PostAsync(new Uri(_url, "/v1/update/"), body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return await answer.Content.ReadAsStringAsync();
    }

    // Null where the connection is cut instead.
    private async Task<string?> TryAskAsync(string machine)
    {
        try
        {
            return await AskAsync(machine);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
