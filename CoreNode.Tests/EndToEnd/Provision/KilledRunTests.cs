using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>
/// `corenode config apply` is killed at random moments: what it has written by then is whole, the next run does the
/// rest, and the one behind it finds nothing to do.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
internal sealed class KilledRunTests
{
    private const int Files = 300;
    private const int Users = 8;
    private const int Rounds = 24;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Killed_at_any_moment_the_next_run_completes_it()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root gives files to other users");
        string config = Config();
        await using ConfiguredMachine whole = Make();
        Stopwatch watch = Stopwatch.StartNew();
        await whole.ApplyAsync(config);
        TimeSpan three = watch.Elapsed;
        string wanted = Tree(whole.Root);
        Prng random = new(10);
        int inTheMidst = 0;
        for (int round = 0; round < Rounds; round++)
        {
            await using ConfiguredMachine machine = Make();
            string file = machine.Inside("config.yaml");
            File.WriteAllText(file, config);
            using (RunningProgram run = RunningProgram.Start(
                TestPrograms.Corenode(), ["config", "apply", file, "--root", machine.Root]))
            {
                // Half of them once it has begun to write; that takes a tenth of three runs at most.
                double part = random.Next(1000) / 1000.0;
                if (round % 2 == 0)
                {
                    watch.Restart();
                    while (!run.HasExited && !Directory.Exists(machine.Inside("srv")) && watch.Elapsed < s_patience)
                        Thread.Yield();
                    await Task.Delay(three * (part / 10));
                }
                else
                {
                    await Task.Delay(three * (part / 3));
                }
            }

            File.Delete(file);
            int there = CheckFiles(machine, round);
            inTheMidst += there is > 0 and < Files ? 1 : 0;
            ProgramResult rest = await machine.ConfigAsync(config, "apply", "-", "--root", machine.Root);
            Assert.That(rest.ExitCode, Is.Zero, $"round {round}: {rest.Output}{rest.Error}");
            Assert.That(Tree(machine.Root), Is.EqualTo(wanted), $"round {round}");
            ProgramResult third = await machine.ConfigAsync(config, "apply", "-", "--root", machine.Root);
            Assert.That(
                (third.ExitCode, third.Output), Is.EqualTo((0, "nothing to do\n")), $"round {round}: {third.Error}");
        }

        TestContext.Out.WriteLine($"{inTheMidst} of {Rounds} runs were killed between the first file and the last");
        Assert.That(inTheMidst, Is.Positive, "no run was killed in the midst of its files: the moments are wrong");
    }

    private static ConfiguredMachine Make()
    {
        ConfiguredMachine machine = new("127.0.0.1", "fresh");
        Directory.CreateDirectory(machine.Inside("etc/skel/.config"));
        File.WriteAllText(machine.Inside("etc/skel/.profile"), "# of the image\n");
        File.WriteAllText(machine.Inside("etc/skel/.config/x"), "x\n");
        return machine;
    }

    private static string Config()
    {
        StringBuilder text = new("#cloud-config\nhostname: killed\nusers:\n");
        for (int i = 0; i < Users; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: user{i}\n    groups: [docker]\n")
                .Append("    ssh_authorized_keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmPAFM58umkAxaijRJ8A+")
                .Append("GWDGTfTB8d3sreiwKdI3TI ann@desk\"]\n");
        }

        text.Append("write_files:\n");
        for (int i = 0; i < Files; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - path: /srv/d{i % 10}/f{i}\n    owner: user{i % Users}\n")
                .Append(CultureInfo.InvariantCulture, $"    permissions: \"0640\"\n    content: \"{Content(i)}\"\n");
        }

        return text.ToString();
    }

    private static string Content(int number) => new((char)('a' + (number % 26)), 500 + number);

    // How many of the files are there, each of them whole.
    private static int CheckFiles(ConfiguredMachine machine, int round)
    {
        int there = 0;
        for (int i = 0; i < Files; i++)
        {
            string path = machine.Inside($"srv/d{i % 10}/f{i}");
            if (!File.Exists(path))
                continue;
            there++;
            Assert.That(File.ReadAllText(path), Is.EqualTo(Content(i)), $"round {round}: {path}");
            Assert.That((int)File.GetUnixFileMode(path), Is.EqualTo(0x1A0), $"round {round}: {path}");
        }

        return there;
    }

    private static string Tree(string root)
    {
        StringBuilder tree = new();
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
        foreach (string path in Directory.EnumerateFileSystemEntries(root, "*", all).Order(StringComparer.Ordinal))
        {
            FileInfo info = new(path);
            tree.Append(path[root.Length..]).Append(' ').Append(info.LinkTarget ?? Convert.ToString(
                (int)info.UnixFileMode, 8));
            if (info.LinkTarget is null && info.Exists)
                tree.Append(' ').Append(File.ReadAllText(path));
            tree.Append('\n');
        }

        return tree.ToString();
    }
}
