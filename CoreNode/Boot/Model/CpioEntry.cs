namespace CoreNode.Boot.Model;

/// <summary>One file, folder or link of an archive.</summary>
public sealed record CpioEntry
{
    /// <summary>Where it is, without a slash before it.</summary>
    public required string Path { get; init; }

    /// <summary>Type and permissions, as stat(2) has them.</summary>
    public required uint Mode { get; init; }

    /// <summary>What a file holds, or where a link leads.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>A file.</summary>
    public static CpioEntry File(string path, ReadOnlyMemory<byte> content, bool isProgram = false) =>
        new() { Path = path, Mode = isProgram ? 0x81EDu : 0x81A4u, Content = content };
}
