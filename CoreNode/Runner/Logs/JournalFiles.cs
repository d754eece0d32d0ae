using System.Buffers.Binary;
using System.Globalization;
using CoreNode.Platform;

namespace CoreNode.Runner.Logs;

/// <summary>The files of one unit's journal: names, headers, order. Any thread.</summary>
internal sealed class JournalFiles(string folder)
{
    /// <summary>Bytes before the first record.</summary>
    public const int HeaderBytes = 32;

    private const string Ending = ".journal";
    private const uint Version = 1;
    private static ReadOnlySpan<byte> Magic => [0x43, 0x4e, 0x4a, 0x4e, 0x4c, 0x0d, 0x0a, 0x1a];

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Numbers of the files that are there, oldest first.</summary>
    public IReadOnlyList<long> Numbers()
    {
        List<long> numbers = [];
        if (!Directory.Exists(Folder))
            return numbers;
        foreach (string path in Directory.EnumerateFiles(Folder, "*" + Ending))
        {
            if (long.TryParse(
                Path.GetFileNameWithoutExtension(path), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
                out long number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>The path of a file.</summary>
    public string PathOf(long number) =>
        Path.Combine(Folder, number.ToString("x16", CultureInfo.InvariantCulture) + Ending);

    /// <summary>What a file begins with.</summary>
    public static byte[] Header()
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Crc32C.Compute(header.AsSpan(0, 12)));
        return header;
    }

    /// <summary>True if that is the beginning of a journal that this program reads.</summary>
    public static bool IsReadable(ReadOnlySpan<byte> header) =>
        header.Length == HeaderBytes && header.SequenceEqual(Header());
}
