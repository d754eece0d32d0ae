using System.Text;
using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// Composes the archive that a kernel starts with out of a slot's /usr: this program as /init, the libraries that it
/// needs, the modules of the boot stage for the slot's kernel, and whom to trust. The same /usr gives the same bytes.
/// </summary>
public sealed record StageArchive
{
    /// <summary>Where the archive has the keys that are trusted.</summary>
    public const string KeysFolder = "/etc/corenode/keys";

    /// <summary>Where it says which board it is for.</summary>
    public const string BoardFile = "/etc/corenode/board";

    private const string SlotKeys = "share/etc/corenode/update-keys";
    private const string Libraries = "lib/x86_64-linux-gnu";
    private const string Loader = "ld-linux-x86-64.so.2";

    // OpenSSL is for the signature; what follows the first five is there where OpenSSL was built with it.
    private static readonly string[] s_needed = [Loader, "libc.so.6", "libm.so.6", "libcrypto.so.3", "libssl.so.3"];
    private static readonly string[] s_optional = ["libz.so.1", "libzstd.so.1", "libpthread.so.0", "libdl.so.2"];

    /// <summary>The slot's /usr.</summary>
    public required string Usr { get; init; }

    /// <summary>Which modules are taken along, and for which board slots are started.</summary>
    public required string Board { get; init; }

    /// <summary>Folder of keys to trust; null for those that the slot brings for its own updates.</summary>
    public string? Keys { get; init; }

    /// <summary>Writes the archive and gives the release of its kernel.</summary>
    /// <exception cref="IOException">Something of /usr is missing; the message says what.</exception>
    public string Write(Stream output)
    {
        IReadOnlyList<string> modules = StageModules.For(Board) ?? throw new IOException(
            $"there is no board '{Board}': name one of {string.Join(", ", StageModules.Boards)}");
        string release = KernelImage.Release(ReadVersion(Path.Combine(Usr, SlotMount.Kernel)));
        List<CpioEntry> entries =
        [
            CpioEntry.File("init", Read(Path.Combine(Usr, "bin/corenode")), isProgram: true),
            CpioEntry.File(BoardFile[1..], Encoding.UTF8.GetBytes(Board + "\n")),
        ];
        AddLibraries(entries);
        AddModules(entries, release, modules);
        AddKeys(entries);
        CpioArchive.Write(output, entries);
        return release;
    }

    /// <summary>The version that a kernel's file says.</summary>
    /// <exception cref="IOException">There is no such file, or it is no kernel.</exception>
    public static string ReadVersion(string file)
    {
        byte[] head = new byte[KernelImage.HeadBytes];
        using FileStream stream = Open(file);
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return KernelImage.Version(head.AsSpan(0, length))
            ?? throw new IOException(
                $"{file} is no kernel for x86 (bzImage): name a vmlinuz, as a slot has it in lib/corenode/boot");
    }

    private void AddLibraries(List<CpioEntry> entries)
    {
        foreach (string name in s_needed)
        {
            string place = name == Loader ? "lib64" : Libraries;
            entries.Add(CpioEntry.File($"{place}/{name}", Read(Path.Combine(Usr, Libraries, name)), isProgram: true));
        }

        foreach (string name in s_optional)
        {
            string file = Path.Combine(Usr, Libraries, name);
            if (File.Exists(file))
                entries.Add(CpioEntry.File($"{Libraries}/{name}", Read(file), isProgram: true));
        }
    }

    private void AddModules(List<CpioEntry> entries, string release, IReadOnlyList<string> names)
    {
        string folder = Path.Combine(Usr, "lib/modules", release);
        ModuleTable table = ModuleTable.Parse(
            Encoding.UTF8.GetString(Read(Path.Combine(folder, "modules.dep"))),
            Encoding.UTF8.GetString(Read(Path.Combine(folder, "modules.alias"))));
        foreach (string file in table.Load(names))
            entries.Add(CpioEntry.File($"lib/modules/{release}/{file}", Read(Path.Combine(folder, file))));
        (string dependencies, string aliases) = table.Reduce(names);
        entries.Add(CpioEntry.File($"lib/modules/{release}/modules.dep", Encoding.UTF8.GetBytes(dependencies)));
        entries.Add(CpioEntry.File($"lib/modules/{release}/modules.alias", Encoding.UTF8.GetBytes(aliases)));
    }

    private void AddKeys(List<CpioEntry> entries)
    {
        string keys = Keys ?? Path.Combine(Usr, SlotKeys);
        if (!Directory.Exists(keys))
        {
            if (Keys is null)
                return;
            throw new IOException($"{keys} is no folder: name one with the public keys (*.pem) to trust");
        }

        foreach (string file in Directory.GetFiles(keys))
        {
            string name = Path.GetFileName(file);
            if (!name.StartsWith('.'))
                entries.Add(CpioEntry.File($"{KeysFolder[1..]}/{name}", Read(file)));
        }
    }

    private static byte[] Read(string file)
    {
        using FileStream stream = Open(file);
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException(
                $"{file} does not exist, and the boot stage needs it: name the whole /usr of a slot", missing);
        }
    }
}
