using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native executable loads, lists and removes images of a real podman, asked by its socket.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ContainerImagesTests
{
    private const string Name = "localhost/corenode-test:1";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private TestFolder _folder = null!;
    private RunningProgram? _podman;

    private string Socket => _folder.File("podman.sock");

    [SetUp]
    public async Task StartPodman()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root can give podman folders of its own");
        string podman = TestPrograms.Podman();
        _folder = new TestFolder();
        // In mounts and process numbers of its own: what it starts ends with it, and its state is nobody else's.
        string setup = $"""
            set -e
            mount -t tmpfs tmpfs /run
            exec {podman} --root {_folder.File("root")} --runroot {_folder.File("run")} --storage-driver vfs \
              --cgroup-manager cgroupfs --events-backend none system service --time 0 unix://{Socket}
            """;
        _podman = RunningProgram.Start(
            "unshare",
            [
                "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                setup,
            ]);
        using CancellationTokenSource limit = new(s_limit);
        while (!File.Exists(Socket))
        {
            if (_podman.HasExited || limit.IsCancellationRequested)
                throw new IOException($"podman does not listen: {_podman.StandardError}");
            await Task.Delay(20);
        }
    }

    [TearDown]
    public void EndPodman()
    {
        _podman?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public async Task An_archive_is_loaded_without_a_registry_listed_and_removed()
    {
        string archive = _folder.File("image.tar");
        await MakeArchiveAsync(archive);
        ProgramResult loaded = await RunAsync("load", archive);
        Assert.That((loaded.ExitCode, loaded.Output), Is.EqualTo((0, Name + "\n")), loaded.Error);
        ProgramResult listed = await RunAsync("list", "-o", "json");
        using (JsonDocument page = JsonDocument.Parse(listed.Output))
            Assert.That(page.RootElement[0].GetProperty("names")[0].GetString(), Is.EqualTo(Name));
        Assert.That((await RunAsync("list")).Output, Does.Contain(Name));
        Assert.That((await RunAsync("prune")).Output, Does.StartWith("0 removed"), "it has a name");
        ProgramResult pruned = await RunAsync("prune", "--all");
        Assert.That(pruned.Output, Does.StartWith("1 removed"), pruned.Error);
        Assert.That((await RunAsync("list", "-o", "json")).Output, Is.EqualTo("[]\n"));
    }

    [Test]
    public async Task What_is_no_archive_is_refused_in_podmans_words()
    {
        string file = _folder.File("nothing.tar");
        await File.WriteAllTextAsync(file, "no archive at all");
        ProgramResult refused = await RunAsync("load", file);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.StartWith($"{file}: {Socket} refuses: "));
    }

    private Task<ProgramResult> RunAsync(string order, params string[] words) =>
        ProgramResult.OfAsync(TestPrograms.Corenode(), ["image", order, "--engine", Socket, .. words]);

    // As docker save writes it: one layer with one file.
    private static async Task MakeArchiveAsync(string path)
    {
        using MemoryStream layer = new();
        await using (TarWriter files = new(layer, leaveOpen: true))
            await AddAsync(files, "hello", "from a tarball\n"u8.ToArray());
        string hash = Convert.ToHexStringLower(SHA256.HashData(layer.ToArray()));
        byte[] config = Encoding.UTF8.GetBytes(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"created\":\"2024-01-01T00:00:00Z\","
            + $"\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"sha256:{hash}\"]}}}}");
        string id = Convert.ToHexStringLower(SHA256.HashData(config));
        byte[] manifest = Encoding.UTF8.GetBytes(
            $"[{{\"Config\":\"{id}.json\",\"RepoTags\":[\"{Name}\"],\"Layers\":[\"layer.tar\"]}}]");
        await using FileStream archive = File.Create(path);
        await using TarWriter writer = new(archive);
        await AddAsync(writer, $"{id}.json", config);
        await AddAsync(writer, "layer.tar", layer.ToArray());
        await AddAsync(writer, "manifest.json", manifest);
    }

    private static Task AddAsync(TarWriter writer, string name, byte[] content) => writer.WriteEntryAsync(
        new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
