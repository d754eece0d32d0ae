namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>
/// What packaging/image/build.sh made of the cloud board: in the folder that CORENODE_IMAGE names, else out/image.
/// Where there is none the test is skipped with what to run; what that variable names and is not there fails it.
/// </summary>
internal sealed class BuiltImage
{
    public const string Board = "cloud";
    private const string FolderVariable = "CORENODE_IMAGE";

    private readonly Dictionary<string, string> _facts = [];
    private readonly Dictionary<string, string> _packages = [];

    private BuiltImage(string folder)
    {
        Folder = folder;
        foreach (string line in System.IO.File.ReadLines(File("manifest")))
        {
            string[] words = line.Split(' ', 2);
            if (words[0] == "package")
            {
                string[] package = words[1].Split(' ')[0].Split('=', 2);
                _packages.Add(package[0], package[1]);
            }
            else if (words[0] is not ("file" or "tool"))
            {
                _facts.Add(words[0], words[1]);
            }
        }
    }

    public string Folder { get; }

    /// <summary>Every package in it and its version, as its manifest says.</summary>
    public IReadOnlyDictionary<string, string> Packages => _packages;

    /// <summary>The disk.</summary>
    public string Disk => File("raw");

    public string Version => _facts["CoreNode"];

    public string VerityRoot => _facts["verity-root"];

    public long VerityOffset => long.Parse(_facts["verity-offset"], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The private key that signed it.</summary>
    public string Key => Path.Combine(Folder, "development.key");

    public static BuiltImage Find()
    {
        string? named = Environment.GetEnvironmentVariable(FolderVariable);
        string folder = string.IsNullOrEmpty(named) ? Repository.File("out/image") : named;
        if (!System.IO.File.Exists(Path.Combine(folder, $"corenode-{Board}.manifest")))
        {
            if (!string.IsNullOrEmpty(named))
                Assert.Fail($"{FolderVariable}={named} holds no image: packaging/image/build.sh did not end well");
            Assert.Ignore("out/image is not built: run packaging/image/build.sh");
        }

        return new BuiltImage(folder);
    }

    /// <summary>One of its files by the end of its name: raw, qcow2, usr, payload, vmlinuz, initrd, manifest.</summary>
    public string File(string kind) => Path.Combine(Folder, $"corenode-{Board}.{kind}");

    /// <summary>Writes the files of /usr into a folder, as who runs the test.</summary>
    public async Task ExtractAsync(string folder)
    {
        ProgramResult result = await ProgramResult.OfAsync(
            TestPrograms.FsckErofs(), [$"--extract={folder}", "--preserve-perms", "--no-preserve-owner", File("usr")]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
