using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Server;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Faults;

/// <summary>
/// SIGKILL in the middle of requests to the native update server, again and again on the same folder: what a machine
/// was answered is there, and limits hold over all of it.
/// </summary>
[TestFixture, Category("Fault"), Category("Native")]
internal sealed class UpdateServerKillTests
{
    private const int Kills = 8;
    private const int Clients = 8;
    private const int GrantsOfRound = 200;

    private static readonly OmahaEvent[] s_way =
        [OmahaEvent.DownloadStarted, OmahaEvent.DownloadFinished, OmahaEvent.Installed];

    private readonly ConcurrentDictionary<string, int> _told = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _rounds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _granted = new(StringComparer.Ordinal);

    private int _round;

    [Test]
    public async Task Nothing_that_a_machine_was_answered_is_lost_by_a_kill()
    {
        Prng prng = new(0x5EED);
        using TestFolder folder = new();
        using (ServerBench setup = new(folder: folder.Path))
        {
            await setup.SetUpAsync(PolicyOf(0));
            await setup.ReleaseAsync("1.1.0", 2);
        }

        int number = 0;
        for (int round = 0; round < Kills; round++)
        {
            _round = round;
            await LoadAndKillAsync(folder.Path, TimeSpan.FromMilliseconds(prng.Next(200, 1200)), () =>
                Interlocked.Increment(ref number));
            await JudgeAsync(folder.Path, round);
        }

        TestContext.Out.WriteLine($"{_told.Count} machines answered, {_granted.Count} granted, over {Kills} kills");
        Assert.That(_told, Has.Count.GreaterThan(Kills * 10), "the load was too small to prove anything");
        Assert.That(_granted, Has.Count.GreaterThan(Kills * 10), "the same of events");
    }

    // Each round may grant some more, so that whenever it is killed machines are on their way.
    private static RolloutPolicy PolicyOf(int round) => new()
    {
        MaxPerPeriod = GrantsOfRound * (round + 1),
        Period = TimeSpan.FromDays(3650),
    };

    private async Task LoadAndKillAsync(string folder, TimeSpan time, Func<int> next)
    {
        Uri server = new($"http://127.0.0.1:{FreePorts.Next()}");
        using RunningProgram process = RunningProgram.Start(TestPrograms.Corenode(),
        [
            "update-server", "serve", "--data-dir", folder, "--listen-urls", server.GetLeftPart(UriPartial.Authority),
            "--unix-socket", "none", "--trusted-keys", Path.Combine(folder, "no-keys"),
            // Machines of one address beyond 20,000 make the oldest give way: on a fast machine that many come.
            "--max-address-machines", "1000000", "--max-machines", "1000000",
        ]);
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
        using CancellationTokenSource stop = new();
        await WaitUntilServingAsync(http, server, process);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(_ => AskAsync(http, server, next, stop.Token))];
        await Task.Delay(time);
        using (Process victim = Process.GetProcessById(process.Pid))
            victim.Kill();
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        await process.WaitForExitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task WaitUntilServingAsync(HttpClient http, Uri server, RunningProgram process)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            Assert.That(process.HasExited, Is.False, process.StandardError);
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(server);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }

        Assert.Fail($"it did not serve within 20 s: {process.StandardError}");
    }

    // One machine after the other goes its way; what is answered is noted after the answer.
    private async Task AskAsync(HttpClient http, Uri server, Func<int> next, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                string id = next().ToString("x32", CultureInfo.InvariantCulture);
                UpdateMachine machine = new()
                {
                    Client = "kill",
                    Version = "1.0.0",
                    Group = "stable",
                    MachineId = id,
                    BootId = "b",
                    Board = "amd64-usr",
                };
                OmahaRequest check = ClientRequests.Check(machine, false, "0.9.0");
                UpdateReply reply = await SendAsync(http, server, check, stop);
                _rounds[id] = _round;
                _told[id] = 0;
                if (reply is not UpdateReply.Offered)
                    continue;
                _granted[id] = true;
                foreach (OmahaEvent told in s_way)
                {
                    await SendAsync(http, server, ClientRequests.Event(machine, false, told), stop);
                    _told[id]++;
                }
            }
        }
        catch (Exception cut) when (cut is HttpRequestException or OperationCanceledException or IOException)
        {
            // Killed.
        }
    }

    private static async Task<UpdateReply> SendAsync(
        HttpClient http, Uri server, OmahaRequest request, CancellationToken stop)
    {
        using ByteArrayContent body = new(OmahaRequestCodec.Write(request));
        using HttpResponseMessage answer = await http.PostAsync(new Uri(server, "/v1/update/"), body, stop);
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(stop);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        OmahaResponse response = OmahaResponseCodec.Read(bytes, out OmahaFault? fault)
            ?? throw new IOException(fault!.Message);
        UpdateReply reply = UpdateReplyReader.Read(response, request.Apps[0]);
        Assert.That(reply, Is.Not.InstanceOf<UpdateReply.Failed>());
        return reply;
    }

    private async Task JudgeAsync(string folder, int round)
    {
        string files = string.Join(", ", new DirectoryInfo(folder).GetFiles().Select(f => $"{f.Name} {f.Length}"));
        using ServerBench after = new(folder: folder);
        await AllAreThereAsync(after, $"round {round}, killed with {files}");
        foreach ((string id, int told) in _told)
        {
            RolloutState least = told switch
            {
                0 => RolloutState.Granted,
                1 => RolloutState.Downloading,
                2 => RolloutState.Downloaded,
                _ => RolloutState.Installed,
            };
            if (!_granted.ContainsKey(id))
                continue;
            IReadOnlyList<MachineEvent> history = await after.Server.GetHistoryAsync(
                "CoreOS", id, 0, 100, CancellationToken.None);
            Assert.That(history.Any(one => one.State == least), Is.True, $"round {round}: {id} was {least}");
        }

        MachinePage granted = await after.Server.ListMachinesAsync(
            new MachineQuery { Count = 1 }, CancellationToken.None);
        GroupStanding standing = (await after.Server.GetStandingsAsync("", "", CancellationToken.None))[0];
        int all = granted.Total - standing.ByState.Where(one => one.State == RolloutState.Undefined)
            .Sum(one => one.Machines);
        Assert.That(all, Is.LessThanOrEqualTo(GrantsOfRound * (round + 1)), "limits hold over kills");
        await after.Server.ChangeGroupAsync(
            ServerBench.Admin, ServerBench.App, standing.Group, new GroupWish { Policy = PolicyOf(round + 1) },
            CancellationToken.None);
    }

    private async Task AllAreThereAsync(ServerBench after, string when)
    {
        List<string> lost = [];
        foreach (string id in _told.Keys.Order(StringComparer.Ordinal))
        {
            if (await after.Server.GetMachineAsync("CoreOS", id, CancellationToken.None) is null)
                lost.Add($"{id[^4..]} of round {_rounds[id]}");
        }

        Assert.That(lost, Is.Empty, $"{when}: of {_told.Count} machines that were answered these are lost");
    }
}
