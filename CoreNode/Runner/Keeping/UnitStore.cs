using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using CoreNode.Platform;

namespace CoreNode.Runner.Keeping;

/// <summary>
/// The files of loaded units: a folder a unit with <c>loaded</c> (its text), <c>state</c> (its run) and <c>output</c>.
/// Files are replaced as a whole, so the death of this process leaves the one before or the new one. They are not
/// synced: what they tell of is over when the machine stops, and what was loaded is loaded again by its owner.
/// </summary>
internal sealed class UnitStore(string folder)
{
    private const int HeaderBytes = 16;
    private const uint Version = 1;
    private const string Loaded = "loaded";
    private const string State = "state";

    private static ReadOnlySpan<byte> LoadedMagic => [0x43, 0x4e, 0x55, 0x4e, 0x54, 0x0d, 0x0a, 0x1a];

    private static ReadOnlySpan<byte> StateMagic => [0x43, 0x4e, 0x55, 0x53, 0x54, 0x0d, 0x0a, 0x1a];

    /// <summary>A unit's folder.</summary>
    public string FolderOf(string unit) => Path.Combine(folder, unit);

    /// <summary>The file that its processes write to.</summary>
    public string OutputOf(string unit) => Path.Combine(folder, unit, "output");

    /// <summary>File that is there once a process was given the go-ahead.</summary>
    public string WentFileOf(string unit, bool isMain) =>
        Path.Combine(folder, unit, isMain ? "went-main" : "went-control");

    /// <summary>All units that are stored; <paramref name="complain"/> hears of files that cannot be read.</summary>
    public IReadOnlyList<StoredUnit> ReadAll(Action<string> complain)
    {
        List<StoredUnit> found = [];
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(path);
            if (!File.Exists(Path.Combine(path, Loaded)))
                continue;
            try
            {
                found.Add(Read(name, path, complain));
            }
            catch (Exception fault) when (IsUnreadable(fault))
            {
                complain($"{Path.Combine(path, Loaded)}: {fault.Message}");
            }
        }

        found.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found;
    }

    /// <summary>Writes a unit's text.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteLoaded(string unit, string text, IReadOnlyDictionary<string, string> environment)
    {
        Directory.CreateDirectory(FolderOf(unit));
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteStartObject("environment");
            foreach ((string name, string value) in environment)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Replace(Path.Combine(FolderOf(unit), Loaded), LoadedMagic, buffer.WrittenSpan);
    }

    /// <summary>Writes a unit's run.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteState(string unit, StoredState state)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
            StateText.Write(json, state);
        Replace(Path.Combine(FolderOf(unit), State), StateMagic, buffer.WrittenSpan);
    }

    /// <summary>Forgets a unit.</summary>
    public void Delete(string unit)
    {
        // What makes it known goes first: half a folder is none.
        File.Delete(Path.Combine(FolderOf(unit), Loaded));
        if (Directory.Exists(FolderOf(unit)))
            Directory.Delete(FolderOf(unit), recursive: true);
    }

    private static StoredUnit Read(string name, string path, Action<string> complain)
    {
        using JsonDocument loaded = JsonDocument.Parse(Content(Path.Combine(path, Loaded), LoadedMagic));
        Dictionary<string, string> environment = [];
        foreach (JsonProperty property in loaded.RootElement.GetProperty("environment").EnumerateObject())
            environment[property.Name] = property.Value.GetString() ?? "";
        StoredState? state = null;
        string file = Path.Combine(path, State);
        try
        {
            if (File.Exists(file))
            {
                using JsonDocument json = JsonDocument.Parse(Content(file, StateMagic));
                state = StateText.Read(json.RootElement);
            }
        }
        catch (Exception fault) when (IsUnreadable(fault))
        {
            complain($"{file}: {fault.Message}; what runs of {name} is killed");
        }

        return new StoredUnit
        {
            Name = name,
            Text = loaded.RootElement.GetProperty("text").GetString() ?? "",
            Environment = environment,
            State = state,
        };
    }

    private static bool IsUnreadable(Exception fault) => fault is IOException or UnauthorizedAccessException
        or JsonException or FormatException or KeyNotFoundException or InvalidOperationException;

    private static ReadOnlyMemory<byte> Content(string path, ReadOnlySpan<byte> magic)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderBytes || !bytes.AsSpan(0, 8).SequenceEqual(magic))
            throw new FormatException("it is no file of the embedded runner, or was cut");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (version != Version)
            throw new FormatException($"it has version {version}, this corenode reads version {Version}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)) != Crc32C.Compute(bytes.AsSpan(HeaderBytes)))
            throw new FormatException("its checksum is wrong");
        return bytes.AsMemory(HeaderBytes);
    }

    private static void Replace(string path, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> content)
    {
        byte[] bytes = new byte[HeaderBytes + content.Length];
        magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(content));
        content.CopyTo(bytes.AsSpan(HeaderBytes));
        string part = path + ".tmp";
        File.WriteAllBytes(part, bytes);
        File.Move(part, path, overwrite: true);
    }
}
