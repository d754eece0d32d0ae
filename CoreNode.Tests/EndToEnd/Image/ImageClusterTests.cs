using System.Globalization;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>The easy way to try everything, packaging/image/run.sh: three machines that are a cluster.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ImageClusterTests
{
    private const int Machines = 3;

    // Ports that run.sh takes: ssh at 1 to 9, the store at 11 to 19, the network at 20 to 29.
    private const int Ports = 30;
    private const int StoreAt = 10;

    // What ssh says then; everything else is of the program there.
    private const int NoConnection = 255;

    // Without hardware help, three machines on two processors, which other tests use too.
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan _endLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Three_machines_are_a_cluster_that_this_machine_can_use_and_end()
    {
        BuiltImage image = BuiltImage.Find();
        using TestFolder folder = new();
        int port = FreePorts.NextBlock(Ports);
        using RunningProgram script = RunningProgram.Start(
            Repository.File("packaging/image/run.sh"),
            [
                "-n", $"{Machines}", "--image", image.File("qcow2"), "--dir", folder.File("machines"),
                "--port", $"{port}", "--memory", "512",
            ]);
        string[] pids = [];
        try
        {
            await WaitAsync(
                script, folder, () => script.StandardOutput.Contains("Ctrl-C ends them", StringComparison.Ordinal));
            pids = await File.ReadAllLinesAsync(folder.File("machines/pids"));
            string endpoint = $"http://127.0.0.1:{port + StoreAt + Machines}";
            Assert.That(script.StandardOutput, Does.Contain($"corenode --endpoints {endpoint} cluster health"));
            await WaitAsync(script, folder, async () =>
                (await CorenodeAsync(endpoint, "kv", "set", "/greeting", "hello")).ExitCode == 0);
            for (int i = 1; i <= Machines; i++)
            {
                string one = $"http://127.0.0.1:{port + StoreAt + i}";
                await WaitAsync(script, folder, async () =>
                    (await CorenodeAsync(one, "kv", "get", "/greeting")).Output == "hello\n");
                Assert.That(script.StandardOutput, Does.Match($@"10\.0\.2\.{14 + i} +ssh -p {port + i} "));
            }

            // Their clocks may be a second apart where nobody tells them the time, and that is said.
            ProgramResult health = await CorenodeAsync(endpoint, "cluster", "health");
            for (int i = 1; i <= Machines; i++)
                Assert.That(health.Output, Does.Contain($"result from http://127.0.0.1:{port + StoreAt + i}\n"));
            await RunUnitAsync(port + Machines, script, folder);
            ProgramResult second = await ProgramResult.OfAsync(
                Repository.File("packaging/image/run.sh"),
                ["--image", image.File("qcow2"), "--dir", folder.File("machines"), "--port", $"{port}"]);
            Assert.That(second.ExitCode, Is.EqualTo(1));
            Assert.That(second.Error, Does.Contain($"machines run in {folder.File("machines")}: end them"));
        }
        finally
        {
            ProgramResult told = await ProgramResult.OfAsync("kill", ["-INT", $"{script.Pid}"]);
            Assert.That(told.ExitCode, Is.Zero, told.Error);
            await script.WaitForExitAsync(_endLimit);
        }

        Assert.That(pids, Has.Length.EqualTo(Machines + 2), "a switch, the way out, and the machines");
        Assert.That(pids.Where(pid => Directory.Exists($"/proc/{pid}")), Is.Empty, "what did not end");
    }

    // By ssh, since units are administered on a node.
    private static async Task RunUnitAsync(int port, RunningProgram script, TestFolder folder)
    {
        const string Work = "printf '[Service]\\nExecStart=/bin/sleep inf\\n' >hello.service && "
            + "corenode unit start hello.service && corenode machine list";
        ProgramResult login = new(1, "", "");
        await WaitAsync(script, folder, async () =>
        {
            login = await ProgramResult.OfAsync(
                "ssh",
                [
                    "-p", $"{port}", "-i", folder.File("machines/key"), "-o", "BatchMode=yes",
                    "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                    "-o", "ConnectTimeout=100", "core@127.0.0.1", Work,
                ]);
            return login.ExitCode != NoConnection;
        });
        Assert.That(login.ExitCode, Is.Zero, login.Error);
        Assert.That(login.Output, Does.Match("hello.service launched on .* \\(active, running\\)"));
        for (int i = 1; i <= Machines; i++)
            Assert.That(login.Output, Does.Contain(string.Create(CultureInfo.InvariantCulture, $" 10.0.2.{14 + i} ")));
    }

    private static Task<ProgramResult> CorenodeAsync(string endpoint, params string[] arguments) =>
        ProgramResult.OfAsync(TestPrograms.Corenode(), ["--endpoints", endpoint, .. arguments]);

    private static Task WaitAsync(RunningProgram script, TestFolder folder, Func<bool> isDone) =>
        WaitAsync(script, folder, () => Task.FromResult(isDone()));

    private static async Task WaitAsync(RunningProgram script, TestFolder folder, Func<Task<bool>> isDone)
    {
        for (TimeSpan waited = TimeSpan.Zero; !await isDone(); waited += _step)
        {
            if (waited > _limit || script.HasExited)
            {
                string console = folder.File($"machines/machine-{Machines}.console");
                string said = File.Exists(console) ? await File.ReadAllTextAsync(console) : "";
                Assert.Fail($"{script.StandardOutput}{script.StandardError}\n{said[^Math.Min(said.Length, 4000)..]}");
            }

            await Task.Delay(_step);
        }
    }
}
