using System.Runtime.InteropServices;
using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>Loads modules of the archive: always those of a list, others when a device asks for them.</summary>
internal sealed class ModuleLoader
{
    private const int IsThere = 17;
    private const int NoDevice = 19;
    private const int CompressedFile = 4;

    private readonly string _folder;
    private readonly ModuleTable _table;
    private readonly BootConsole _console;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _loaded = new(StringComparer.Ordinal);

    private ModuleLoader(string folder, ModuleTable table, BootConsole console)
    {
        _folder = folder;
        _table = table;
        _console = console;
    }

    /// <summary>Modules of that folder; none if it is not there.</summary>
    public static ModuleLoader Open(string folder, BootConsole console) => new(
        folder,
        ModuleTable.Parse(Text($"{folder}/modules.dep"), Text($"{folder}/modules.alias")),
        console);

    /// <summary>
    /// Begins to load these on a thread of their own: the kernel takes several at a time, and what both ask for once.
    /// </summary>
    public Thread LoadBeside(IEnumerable<string> names)
    {
        ModuleLoader other = new(_folder, _table, _console);
        Thread thread = new(() =>
        {
            try
            {
                other.Load(names);
            }
            catch (Exception fault)
            {
                // What is missing then says so where it is needed.
                _console.Warn($"modules: {fault.Message}");
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }

    /// <summary>Loads these and what they need; those that there are not are passed over.</summary>
    public void Load(IEnumerable<string> names)
    {
        foreach (string file in _table.Load(names))
            InsertOnce(file, "");
    }

    /// <summary>The same for one that is told something; what it needs comes first and is told nothing.</summary>
    public void Load(string name, string parameters)
    {
        IReadOnlyList<string> files = _table.Load([name]);
        for (int at = 0; at < files.Count; at++)
            InsertOnce(files[at], at == files.Count - 1 ? parameters : "");
    }

    /// <summary>Loads what present devices ask for, until none asks for more: a bus brings further devices.</summary>
    public void LoadForDevices()
    {
        for (bool isMore = true; isMore;)
        {
            isMore = false;
            foreach (string bus in Folders("/sys/bus"))
            {
                if (!_table.KnowsBus(Path.GetFileName(bus)))
                    continue;
                foreach (string device in Folders($"{bus}/devices"))
                    isMore |= LoadFor(device);
            }
        }
    }

    private bool LoadFor(string device)
    {
        string file = $"{device}/modalias";
        if (!_seen.Add(device) || !File.Exists(file))
            return false;
        string alias;
        try
        {
            alias = File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            // It went away meanwhile.
            return false;
        }

        if (alias.Length == 0 || !_asked.Add(alias))
            return false;
        IReadOnlyList<string> names = _table.For(alias);
        Load(names);
        return names.Count > 0;
    }

    private void InsertOnce(string file, string parameters)
    {
        if (!_loaded.Add(file))
            return;
        string path = $"{_folder}/{file}";
        int handle = BootSystem.TryOpen(path, writes: false);
        if (handle < 0)
            return;
        int flags = path.EndsWith(".ko", StringComparison.Ordinal) ? 0 : CompressedFile;
        bool isIn = flags == 0 && InsertUnsigned(path, parameters);
        if (!isIn && BootCalls.InsertModule(handle, parameters, flags) != 0
            && Marshal.GetLastPInvokeError() is not (IsThere or NoDevice))
        {
            _console.Warn(BootSystem.Error($"module {file} cannot be loaded").Message);
        }

        _ = BootCalls.Close(handle);
    }

    // Without the signature behind it: who could change a module here could change this program beside it, and to check
    // them takes longer than all else. A kernel that wants signatures refuses, and gets the whole file.
    private static bool InsertUnsigned(string path, string parameters)
    {
        ReadOnlySpan<byte> image = File.ReadAllBytes(path);
        return BootSystem.InsertModule(image[..ModuleSignature.ContentLength(image)], parameters)
            || Marshal.GetLastPInvokeError() is IsThere or NoDevice;
    }

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private static string[] Folders(string path) =>
        Directory.Exists(path) ? Directory.GetFileSystemEntries(path) : [];
}
