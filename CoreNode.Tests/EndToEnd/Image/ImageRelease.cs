using System.Text.RegularExpressions;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>Another version of the image, as a payload that the key of the image has signed.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Usr">Its file system, with the tree of hashes behind it.</param>
/// <param name="Payload">What machines get.</param>
internal sealed record ImageRelease(string Version, string Usr, string Payload)
{
    private const string Id = "00000000-0000-0000-0000-000000000001";
    private const string Salt = "c0de";

    /// <summary>The image with another version, and perhaps something else that is different.</summary>
    public static async Task<ImageRelease> RepackAsync(
        TestFolder folder, BuiltImage image, string version, Action<string>? change = null)
    {
        string usr = folder.File($"{version}/usr");
        Directory.CreateDirectory(folder.File(version));
        await image.ExtractAsync(usr);
        foreach (string name in (string[])["lib/os-release", "share/coreos/release"])
        {
            string file = Path.Combine(usr, name);
            string text = await File.ReadAllTextAsync(file);
            Assert.That(text, Does.Contain(image.Version), name);
            await File.WriteAllTextAsync(file, text.Replace(image.Version, version, StringComparison.Ordinal));
        }

        change?.Invoke(usr);
        return await PackAsync(folder, image, version, usr);
    }

    /// <summary>A system that is a program of a few lines of C, without anything else.</summary>
    public static async Task<ImageRelease> OfProgramAsync(
        TestFolder folder, BuiltImage image, string version, string program)
    {
        string usr = folder.File($"{version}/usr");
        Directory.CreateDirectory(Path.Combine(usr, "lib/systemd"));
        string source = folder.File($"{version}/first.c");
        await File.WriteAllTextAsync(source, program);
        await RunAsync(TestPrograms.Gcc(), "-static", "-O1", "-o", Path.Combine(usr, "lib/systemd/systemd"), source);
        return await PackAsync(folder, image, version, usr);
    }

    // As packaging/image/disk.sh does it.
    private static async Task<ImageRelease> PackAsync(
        TestFolder folder, BuiltImage image, string version, string usr)
    {
        string file = folder.File($"{version}.usr");
        string payload = folder.File($"{version}.payload");
        await RunAsync(TestPrograms.MkfsErofs(), "--quiet", "-x-1", "-T1", "-U", Id, "--all-root", file, usr);
        Directory.Delete(usr, recursive: true);
        long offset = new FileInfo(file).Length;
        string hashed = await RunAsync(
            TestPrograms.Veritysetup(), "format", file, file, $"--hash-offset={offset}", $"--salt={Salt}",
            $"--uuid={Id}");
        string root = Regex.Match(hashed, "Root hash:\\s*([0-9a-f]+)").Groups[1].Value;
        await RunAsync(
            TestPrograms.Corenode(), "payload", "create", file, "--out", payload, "--key", image.Key, "--version",
            version, "--board", BuiltImage.Board, "--verity-root", root, "--verity-salt", Salt, "--verity-offset",
            $"{offset}");
        return new ImageRelease(version, file, payload);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{program}: {result.Output}{result.Error}");
        return result.Output;
    }
}
