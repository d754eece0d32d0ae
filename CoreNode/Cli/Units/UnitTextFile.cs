using System.Text;
using CoreNode.Units.Model;
using CoreNode.Units.Quadlet;

namespace CoreNode.Cli.Units;

/// <summary>Reads unit files from disk: UTF-8, and not longer than a unit may be.</summary>
internal static class UnitTextFile
{
    private const int MaxBytes = 4 * UnitFile.MaxLength;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// The unit that a file is, or is made of, under the name that it will have; null where it cannot be read.
    /// </summary>
    public static UnitFile? ReadUnit(string path, string name, out IReadOnlyList<UnitProblem> problems)
    {
        (string? text, UnitProblem? fault) = Read(path);
        if (text is null)
        {
            problems = [fault!];
            return null;
        }

        if (ContainerUnit.IsFile(path))
            return ContainerUnit.Convert(name, text, out problems);
        problems = UnitVerifier.Verify(name, text);
        return UnitFile.Parse(text, out _);
    }

    /// <summary>The text; null with what is wrong.</summary>
    public static (string? Text, UnitProblem? Problem) Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return (null, new UnitProblem(0, "is a folder, no unit file", IsError: true));
            byte[] bytes = ReadBytes(path);
            return bytes.Length > MaxBytes
                ? (null, new UnitProblem(0, $"is longer than {MaxBytes >> 20} MiB: no unit is", IsError: true))
                : Decode(bytes);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, new UnitProblem(0, $"cannot be read: {fault.Message}", IsError: true));
        }
    }

    // At most one byte more than is taken: what is named may be a device without an end.
    private static byte[] ReadBytes(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[MaxBytes + 1];
        int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..count];
    }

    private static (string? Text, UnitProblem? Problem) Decode(byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return (null, new UnitProblem(1, "this is UTF-16: save it as UTF-8", IsError: true));
        try
        {
            return (s_strict.GetString(bytes), null);
        }
        catch (DecoderFallbackException fault)
        {
            int line = 1 + bytes.AsSpan(0, Math.Max(fault.Index, 0)).Count((byte)'\n');
            return (null, new UnitProblem(
                line, "a byte that is no UTF-8: save the file as UTF-8, if it is a text at all", IsError: true));
        }
    }
}
