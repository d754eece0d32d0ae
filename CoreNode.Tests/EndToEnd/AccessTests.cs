using System.Globalization;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// The native node tells who asks: by listener, by the user of a process on its unix socket, by what a browser sends.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class AccessTests
{
    private const string Drain = "/corenode/v1/drain";
    private const string Guarded = "/v2/keys/_coreos.com/fleet/a?value=1";

    // Numbers that nothing on this machine uses.
    private const int User = 47110;
    private const int OtherGroup = 47111;
    private const int AdminGroup = 47112;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Test]
    public async Task On_the_socket_root_and_the_group_administer_and_others_do_not()
    {
        TestPrograms.Setpriv();
        await using ServerProcess node = ServerProcess.Prepare(
            WithGroup(), [], folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next()));
        await node.RestartAsync();
        string socket = node.Place.SocketPath;
        Assert.That(await StatOfAsync(socket), Is.EqualTo($"660 0 {AdminGroup}"));
        const UnixFileMode everybody = (UnixFileMode)0x1ED;
        File.SetUnixFileMode(node.Place.Folder, everybody);

        Assert.That(await AskSocketAsync(socket, Drain), Does.StartWith("404 "), "this process is root's");
        string[] asUser = ["--reuid", Text(User), "--regid", Text(OtherGroup), "--clear-groups"];
        Assert.That(await AskSocketAsync(socket, Drain, asUser), Does.StartWith("000 "), "the mode keeps it out");
        string[] inGroup = ["--reuid", Text(User), "--regid", Text(AdminGroup), "--clear-groups"];
        Assert.That(await AskSocketAsync(socket, Drain, inGroup), Does.StartWith("404 "));
        string manyGroups = string.Join(',', Enumerable.Range(50_000, 300).Append(AdminGroup));
        string[] among = ["--reuid", Text(User), "--regid", Text(OtherGroup), "--groups", manyGroups];
        Assert.That(await AskSocketAsync(socket, Drain, among), Does.StartWith("404 "));

        // Opened by an administrator: who comes in then is nobody in particular.
        File.SetUnixFileMode(socket, (UnixFileMode)0x1B6);
        string refused = await AskSocketAsync(socket, Drain, asUser);
        Assert.That(refused, Does.StartWith("403 ").And.Contains("(rule admin-process, docs/security.md)"));
        Assert.That(refused, Does.Contain("usermod -aG corenode USER"));
        Assert.That(await AskSocketAsync(socket, Guarded, [.. asUser], "-XPUT"), Does.StartWith("201 "));
        Assert.That(node.StandardError, Does.Contain("refused a process of this machine at the unix socket"));
    }

    [Test]
    public async Task Each_listener_lets_through_what_the_page_says()
    {
        (int open, int admin) = (FreePorts.Next(), FreePorts.Next());
        ServerCommand command = NodeProcess.Command with
        {
            Arguments = place =>
            [
                .. NodeProcess.Command.Arguments(place),
                "--listen-client-urls", $"{ServerPlace.Text(place.ClientUrl)},http://0.0.0.0:{open}",
                "--listen-admin-urls", $"http://127.0.0.1:{admin}", "--cors", "http://good.example",
            ],
        };
        await using ServerProcess node = await ServerProcess.StartAsync(command);
        string loopback = node.Url;
        string stranger = $"http://127.0.0.1:{open}";
        string administrator = $"http://127.0.0.1:{admin}";
        Assert.That(await AskAsync(stranger + "/v2/keys/a?value=1", "-XPUT"), Does.StartWith("201 "));
        Assert.That(await AskAsync(stranger + "/corenode/v1/status"), Does.StartWith("200 "));
        foreach (string[] request in new string[][]
        {
            [Guarded, "-XPUT"], ["/v2/members", "-XPOST"], ["/v2/auth/enable", "-XPUT"], ["/corenode/v1/snapshot"],
        })
        {
            string refused = await AskAsync([stranger + request[0], .. request[1..]]);
            Assert.That(refused, Does.StartWith("403 ").And.Contains($"http://0.0.0.0:{open}"), request[0]);
            Assert.That(await AskAsync([loopback + request[0], .. request[1..]]), Does.Not.StartWith("403"));
            Assert.That(await AskAsync([administrator + request[0], .. request[1..]]), Does.Not.StartWith("403"));
            string page = await AskAsync([loopback + request[0], .. request[1..], "-HOrigin: http://evil.example"]);
            Assert.That(page, Does.StartWith("403 ").And.Contains("(rule web-page, "));
        }

        Assert.That(
            await AskAsync(loopback + Guarded, "-XPUT", "-HOrigin: http://good.example"), Does.StartWith("200 "));
        Assert.That(await AskAsync(loopback + Drain), Does.StartWith("403 ").And.Contains("(rule admin-listener, "));
        Assert.That(await AskAsync(administrator + Drain), Does.StartWith("404 "));
        Assert.That(await AskAsync(administrator + Drain, "-HHost: localhost:1"), Does.StartWith("404 "));
        Assert.That(
            await AskAsync(administrator + Drain, "-HHost: rebound.example"),
            Does.StartWith("403 ").And.Contains("(rule host-name, "));
        string preflight = await AskAsync(
            administrator + Drain, "-XOPTIONS", "-i", "-HOrigin: http://good.example",
            "-HAccess-Control-Request-Method: POST");
        Assert.That(preflight, Does.StartWith("403 ").And.Not.Contains("Access-Control-Allow"));
    }

    [Test]
    public async Task An_open_admin_listener_is_refused_and_its_flag_is_said_at_each_start()
    {
        string[] open = ["--listen-admin-urls", $"http://0.0.0.0:{FreePorts.Next()}"];
        using TestFolder folder = new();
        ServerPlace place = new(folder.Path, FreePorts.Next(), FreePorts.Next());
        ProgramResult refused = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), [.. NodeProcess.Command.Arguments(place), .. open]);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.Error);
        Assert.That(refused.Error, Does.Contain($"--listen-admin-urls {open[1]}: ").And.Contains("--insecure-admin"));
        Assert.That(Directory.Exists(place.DataFolder), Is.False);

        await using ServerProcess node = await NodeProcess.StartAsync([.. open, "--insecure-admin"]);
        for (int i = 0; i < 2; i++)
        {
            Assert.That(node.StandardError, Does.Contain($"--insecure-admin: whoever reaches {node.Url}, {open[1]}"));
            Assert.That(await AskAsync(open[1] + Drain), Does.StartWith("404 "));
            await node.StopAsync();
            await node.RestartAsync();
        }
    }

    // The node sees a list of groups with one more, and nobody else does: a mount of its own hides the machine's list.
    private static ServerCommand WithGroup() => NodeProcess.Command with
    {
        Program = static () => "/usr/bin/unshare",
        Arguments = place =>
        {
            string groups = Path.Combine(place.Folder, "group");
            File.WriteAllText(groups, $"{File.ReadAllText("/etc/group")}corenode:x:{AdminGroup}:\n");
            string arguments = string.Join(' ', NodeProcess.Command.Arguments(place).Select(a => $"'{a}'"));
            return
            [
                "--mount", "--propagation", "private", "/bin/sh", "-c",
                $"mount --bind '{groups}' /etc/group && exec '{TestPrograms.Corenode()}' {arguments}",
            ];
        },
    };

    private static Task<string> AskAsync(params string[] arguments) => RunAsync(TestPrograms.Curl(), arguments);

    private static Task<string> AskSocketAsync(
        string socket, string target, string[]? who = null, params string[] arguments)
    {
        string[] curl = ["--unix-socket", socket, "http://corenode" + target, .. arguments];
        return who is null
            ? AskAsync(curl)
            : RunAsync(TestPrograms.Setpriv(), [.. who, TestPrograms.Curl(), .. curl]);
    }

    // The status, 000 without an answer, and what came.
    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        string patience = Text((int)s_deadline.TotalSeconds);
        string[] all = [.. arguments, "--silent", "--max-time", patience, "-w%{stderr}%{http_code}"];
        ProgramResult result = await ProgramResult.OfAsync(program, all);
        return $"{result.Error} {result.Output}";
    }

    private static async Task<string> StatOfAsync(string path) =>
        (await ProgramResult.OfAsync("/usr/bin/stat", ["-c", "%a %u %g", path])).Output.Trim();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
