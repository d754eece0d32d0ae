using System.Text;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Launch;

/// <summary>
/// What the launcher is told about the process that it becomes. It lives for the moment between two processes of one
/// executable, so it has no version.
/// </summary>
internal sealed record LaunchSpec
{
    public required ExecCommand Command { get; init; }

    /// <summary>All of its environment but what the launcher alone knows (its pid, the user's home).</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public IReadOnlyList<string> UnsetEnvironment { get; init; } = [];

    public string WorkingDirectory { get; init; } = "";

    public bool IsWorkingDirectoryOptional { get; init; }

    /// <summary>Empty: this program's own.</summary>
    public string User { get; init; } = "";

    public string Group { get; init; } = "";

    public IReadOnlyList<string> SupplementaryGroups { get; init; } = [];

    public int FileMask { get; init; }

    public int? Nice { get; init; }

    public int? OutOfMemoryScore { get; init; }

    public bool IgnoresPipeSignal { get; init; }

    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    public OutputTarget Output { get; init; } = OutputTarget.Journal;

    public OutputTarget Error { get; init; } = OutputTarget.Journal;

    public string InputFile { get; init; } = "";

    public IReadOnlyList<OwnFolder> Folders { get; init; } = [];

    /// <summary>Files that it writes its pid to at once, and before it executes: the control groups.</summary>
    public IReadOnlyList<string> JoinFirst { get; init; } = [];

    public IReadOnlyList<string> JoinLast { get; init; } = [];

    /// <summary>File that it makes when it was given the go-ahead: from then on it has run.</summary>
    public string WentFile { get; init; } = "";

    /// <summary>Its watchdog watches this process: it is told its pid.</summary>
    public bool HasWatchdog { get; init; }

    /// <summary>Moment of CLOCK_BOOTTIME from which on it must not begin; null: no such moment.</summary>
    public TimeSpan? NotAfter { get; init; }

    /// <summary>The bytes that <see cref="Read"/> reads.</summary>
    public byte[] Write()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(Command.Path);
        Write(writer, Command.Arguments);
        writer.Write(Command.IsLiteral);
        List<string> environment = [];
        foreach ((string name, string value) in Environment)
        {
            environment.Add(name);
            environment.Add(value);
        }

        Write(writer, environment);
        Write(writer, UnsetEnvironment);
        writer.Write(WorkingDirectory);
        writer.Write(IsWorkingDirectoryOptional);
        writer.Write(User);
        writer.Write(Group);
        Write(writer, SupplementaryGroups);
        writer.Write(FileMask);
        writer.Write(Nice ?? int.MinValue);
        writer.Write(OutOfMemoryScore ?? int.MinValue);
        writer.Write(IgnoresPipeSignal);
        writer.Write(Limits.Count);
        foreach (ResourceLimit limit in Limits)
        {
            writer.Write(limit.Name);
            writer.Write(limit.Soft);
            writer.Write(limit.Hard);
        }

        Write(writer, Output);
        Write(writer, Error);
        writer.Write(InputFile);
        writer.Write(Folders.Count);
        foreach (OwnFolder folder in Folders)
        {
            writer.Write(folder.Variable);
            writer.Write(folder.Path);
            writer.Write(folder.Mode);
        }

        Write(writer, JoinFirst);
        Write(writer, JoinLast);
        writer.Write(WentFile);
        writer.Write(HasWatchdog);
        writer.Write(NotAfter?.Ticks ?? long.MaxValue);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Write()"/> wrote.</summary>
    public static LaunchSpec Read(Stream stream)
    {
        using BinaryReader reader = new(stream, Encoding.UTF8);
        string path = reader.ReadString();
        ExecCommand command = new(path, ReadStrings(reader)) { IsLiteral = reader.ReadBoolean() };
        List<string> pairs = ReadStrings(reader);
        List<KeyValuePair<string, string>> environment = [];
        for (int i = 0; i + 1 < pairs.Count; i += 2)
            environment.Add(new KeyValuePair<string, string>(pairs[i], pairs[i + 1]));
        return new LaunchSpec
        {
            Command = command,
            Environment = environment,
            UnsetEnvironment = ReadStrings(reader),
            WorkingDirectory = reader.ReadString(),
            IsWorkingDirectoryOptional = reader.ReadBoolean(),
            User = reader.ReadString(),
            Group = reader.ReadString(),
            SupplementaryGroups = ReadStrings(reader),
            FileMask = reader.ReadInt32(),
            Nice = Optional(reader.ReadInt32()),
            OutOfMemoryScore = Optional(reader.ReadInt32()),
            IgnoresPipeSignal = reader.ReadBoolean(),
            Limits = ReadLimits(reader),
            Output = ReadTarget(reader),
            Error = ReadTarget(reader),
            InputFile = reader.ReadString(),
            Folders = ReadFolders(reader),
            JoinFirst = ReadStrings(reader),
            JoinLast = ReadStrings(reader),
            WentFile = reader.ReadString(),
            HasWatchdog = reader.ReadBoolean(),
            NotAfter = reader.ReadInt64() is < long.MaxValue and var ticks ? TimeSpan.FromTicks(ticks) : null,
        };
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> strings)
    {
        writer.Write(strings.Count);
        foreach (string text in strings)
            writer.Write(text);
    }

    private static void Write(BinaryWriter writer, OutputTarget target)
    {
        writer.Write((int)target.Kind);
        writer.Write(target.Path);
    }

    private static List<string> ReadStrings(BinaryReader reader)
    {
        List<string> strings = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
            strings.Add(reader.ReadString());
        return strings;
    }

    private static List<ResourceLimit> ReadLimits(BinaryReader reader)
    {
        List<ResourceLimit> limits = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
            limits.Add(new ResourceLimit(reader.ReadString(), reader.ReadUInt64(), reader.ReadUInt64()));
        return limits;
    }

    private static List<OwnFolder> ReadFolders(BinaryReader reader)
    {
        List<OwnFolder> folders = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
            folders.Add(new OwnFolder(reader.ReadString(), reader.ReadString(), reader.ReadInt32(), false));
        return folders;
    }

    private static OutputTarget ReadTarget(BinaryReader reader) =>
        new((OutputKind)reader.ReadInt32(), reader.ReadString());

    private static int? Optional(int value) => value == int.MinValue ? null : value;
}
