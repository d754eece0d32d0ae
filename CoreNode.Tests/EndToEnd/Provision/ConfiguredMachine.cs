using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>
/// A machine's root in a folder, with the accounts that every machine has; the native executable applies configurations
/// to it and runs the node that they describe. Its address is a loopback one of its own. Owned by one test.
/// </summary>
internal sealed class ConfiguredMachine : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private static int s_networks = 100;

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private RunningProgram? _node;

    /// <summary>Makes the root.</summary>
    public ConfiguredMachine(string address, string hostname)
    {
        Address = address;
        foreach (string folder in new[] { "etc", "home", "run", "usr/bin", "usr/local/bin", "var/lib", "root" })
            Directory.CreateDirectory(Inside(folder));
        Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\ncore:x:500:500:CoreOS Admin:/home/core:/bin/bash\n");
        Write("etc/shadow", "root:*:15887:0:::::\ncore:*:15887:0:::::\n");
        Write("etc/group", "root:x:0:\nsudo:x:150:\ndocker:x:233:core\nusers:x:100:\ncore:x:500:\n");
        Write("etc/gshadow", "root:*::\nsudo:*::\ndocker:*::core\nusers:*::\ncore:*::\n");
        Write("etc/hostname", hostname + "\n");
        Directory.CreateDirectory(Inside("usr/lib/systemd/system"));
        foreach (string unit in Directory.GetFiles(Repository.File("packaging"), "*.service"))
            File.Copy(unit, Inside($"usr/lib/systemd/system/{Path.GetFileName(unit)}"));
    }

    /// <summary>What $private_ipv4 is.</summary>
    public string Address { get; }

    /// <summary>The root folder.</summary>
    public string Root => Inside("");

    /// <summary>Where the node serves clients.</summary>
    public string Url => $"http://{Address}:2379";

    /// <summary>What the node has said.</summary>
    public string Words => _node?.StandardError ?? "";

    /// <summary>The node's unix socket.</summary>
    public string SocketPath => _folder.File("sock");

    /// <summary>The process of the node.</summary>
    public int Pid => _node!.Pid;

    private string OptionsFile => Inside("etc/corenode/corenode.yaml");

    /// <summary>Loopback addresses of a network that no other test uses: 127.N.0.0/16.</summary>
    public static string NextNetwork() => $"127.{Interlocked.Increment(ref s_networks)}.0";

    /// <summary>A path of the root, seen from outside.</summary>
    public string Inside(string path) => Path.Combine(_folder.File("root"), path);

    /// <summary>What a file of the root holds.</summary>
    public string Read(string path) => File.ReadAllText(Inside(path));

    /// <summary>Runs `corenode config …` with that text as standard input.</summary>
    public Task<ProgramResult> ConfigAsync(string text, params string[] arguments) => ProgramResult.OfAsync(
        TestPrograms.Corenode(), ["config", .. arguments],
        new Dictionary<string, string>
        {
            ["COREOS_PRIVATE_IPV4"] = Address,
            ["COREOS_PUBLIC_IPV4"] = Address,
        },
        text);

    /// <summary>Validates and applies a configuration; a second time there is nothing to do.</summary>
    public async Task ApplyAsync(string text)
    {
        ProgramResult valid = await ConfigAsync(text, "validate", "--strict", "-");
        Assert.That(valid.ExitCode, Is.Zero, valid.Output + valid.Error);
        ProgramResult first = await ConfigAsync(text, "apply", "-", "--root", Root);
        Assert.That(first.ExitCode, Is.Zero, first.Output + first.Error);
        Assert.That(first.Output, Does.Contain(" made\n"));
        ProgramResult again = await ConfigAsync(text, "apply", "-", "--root", Root);
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((0, "nothing to do\n")), again.Error);
    }

    /// <summary>
    /// Starts the node that the machine has options for; what would reach out of it goes to its own folder, or nowhere.
    /// </summary>
    public void Start(params string[] extra) => _node = RunningProgram.Start(
        TestPrograms.Corenode(),
        [
            "node", "--config", OptionsFile, "--data-dir", _folder.File("data"), "--unix-socket", SocketPath,
            "--unit-manager", "embedded", "--reboot-command", "/bin/false", "--fleet-socket", "none", .. extra,
        ]);

    /// <summary>An answer of the node as JSON; null while there is none.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        try
        {
            return JsonNode.Parse(await _http.GetStringAsync(Url + path));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Writes a key; false while that cannot be done.</summary>
    public async Task<bool> PutAsync(string key, string value)
    {
        try
        {
            using FormUrlEncodedContent form = new([new("value", value)]);
            using HttpResponseMessage put = await _http.PutAsync($"{Url}/v2/keys/{key}", form);
            return put.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Polls until it holds; fails with what the node said.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (_node is { HasExited: true } || watch.Elapsed > s_deadline)
                Assert.Fail($"{Address}: not {what}\n{Words}");
            await Task.Delay(20);
        }
    }

    public ValueTask DisposeAsync()
    {
        _node?.Dispose();
        _http.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Write(string path, string text) => File.WriteAllText(Inside(path), text);
}
