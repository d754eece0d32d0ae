namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// Debian's kernels for virtual machines, from the package archive, unpacked and not installed. They are kept below
/// CORENODE_VM_CACHE, else in a folder of the system's temporary one, so that they are fetched once.
/// </summary>
/// <param name="Root">Folder with boot/vmlinuz-RELEASE and lib/modules/RELEASE.</param>
/// <param name="Release">Its name: "6.1.0-56-cloud-amd64".</param>
internal sealed record DebianKernel(string Root, string Release)
{
    private const string Newest = "linux-image-cloud-amd64";
    private const string Prefix = "linux-image-";

    /// <summary>Its file.</summary>
    public string File => Path.Combine(Root, $"boot/vmlinuz-{Release}");

    /// <summary>Its modules.</summary>
    public string Modules => Path.Combine(Root, $"lib/modules/{Release}");

    /// <summary>Kernels, newest first, at most so many; without the archive the test is skipped.</summary>
    public static async Task<IReadOnlyList<DebianKernel>> FindAsync(int most)
    {
        string cache = Environment.GetEnvironmentVariable("CORENODE_VM_CACHE")
            ?? Path.Combine(Path.GetTempPath(), "corenode-kernels");
        Directory.CreateDirectory(cache);
        List<DebianKernel> kernels = [];
        foreach (string package in await PackagesAsync())
        {
            if (kernels.Count < most && await FetchAsync(cache, package) is { } kernel)
                kernels.Add(kernel);
        }

        if (kernels.Count == 0)
            Assert.Ignore($"no kernel for virtual machines: apt-get download {Newest} finds none");
        return kernels;
    }

    private static async Task<List<string>> PackagesAsync()
    {
        ProgramResult depends = await ProgramResult.OfAsync("apt-cache", ["depends", Newest]);
        ProgramResult all = await ProgramResult.OfAsync("apt-cache", ["pkgnames", Prefix]);
        string newest = depends.Output.Split('\n').FirstOrDefault(l => l.Contains(Prefix, StringComparison.Ordinal)
            && l.Contains("Depends", StringComparison.Ordinal))?.Split(' ')[^1] ?? "";
        string line = newest[..(newest.LastIndexOf("-cloud", StringComparison.Ordinal) is var at and > 0 ? at : 0)];
        line = line.Length > 0 ? line[..line.LastIndexOf('-')] : "";
        return
        [
            newest,
            .. all.Output.Split('\n').Where(n => n != newest && line.Length > 0
                && n.StartsWith(line, StringComparison.Ordinal) && n.EndsWith("-cloud-amd64", StringComparison.Ordinal))
                .OrderDescending(StringComparer.Ordinal),
        ];
    }

    private static async Task<DebianKernel?> FetchAsync(string cache, string package)
    {
        if (package.Length == 0)
            return null;
        string root = Path.Combine(cache, package);
        DebianKernel kernel = new(root, package[Prefix.Length..]);
        if (System.IO.File.Exists(Path.Combine(kernel.Modules, "modules.dep")))
            return kernel;
        string part = root + ".part";
        if (Directory.Exists(part))
            Directory.Delete(part, recursive: true);
        Directory.CreateDirectory(part);
        ProgramResult fetched = await RunAsync(
            "sh", "-c", $"cd '{part}' && {TestPrograms.AptGet()} download {package}");
        string[] files = Directory.GetFiles(part, "*.deb");
        if (fetched.ExitCode != 0 || files.Length != 1)
            return null;
        ProgramResult unpacked = await RunAsync(TestPrograms.DpkgDeb(), "-x", files[0], part);
        ProgramResult mapped = await RunAsync(TestPrograms.Depmod(), "-b", part, kernel.Release);
        Assert.That(unpacked.ExitCode + mapped.ExitCode, Is.Zero, unpacked.Error + mapped.Error);
        System.IO.File.Delete(files[0]);
        Directory.Move(part, root);
        return kernel;
    }

    private static Task<ProgramResult> RunAsync(string program, params string[] arguments) =>
        ProgramResult.OfAsync(program, arguments);
}
