using System.Globalization;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Updates.Keys;

/// <summary>
/// A folder that says whom a machine trusts: public keys (<c>*.pem</c>), trusted from the start, and rotation records
/// (<c>000001.rotation</c> …), applied in the order of their numbers. Anything in it that is not as it must be refuses
/// the whole folder: a record that went unread might be the one that retires a stolen key.
/// </summary>
public sealed class TrustFolder
{
    private const string RecordEnding = ".rotation";
    private const UnixFileMode RecordMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _folder;

    private TrustFolder(string folder, TrustedKeys keys, uint lastNumber, IReadOnlyList<string> skipped)
    {
        _folder = folder;
        Keys = keys;
        LastNumber = lastNumber;
        Skipped = skipped;
    }

    /// <summary>What is trusted.</summary>
    public TrustedKeys Keys { get; }

    /// <summary>Number of the newest record; 0 without any.</summary>
    public uint LastNumber { get; }

    /// <summary>Records by keys that this machine never trusted: they change nothing here. One line each.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>Reads a folder, or the one key of a file. One that does not exist trusts nobody.</summary>
    /// <exception cref="IOException">Something in it cannot be read or does not hold; it is named.</exception>
    public static TrustFolder Read(string path)
    {
        if (File.Exists(path))
            return new TrustFolder(path, TrustedKeys.Of([ReadPublic(path)]), 0, []);
        TrustedKeys keys = TrustedKeys.Of([.. List(path, ".pem").Select(ReadPublic)]);
        List<string> skipped = [];
        uint last = 0;
        foreach ((string file, KeyRotation record) in ReadRecords(path))
        {
            (keys, RotationVerdict verdict) = keys.Apply(record);
            last = record.Number;
            if (verdict == RotationVerdict.UnknownSigner)
                skipped.Add($"{file} is signed by {VerifyingKey.Shorten(record.Signer)}, which is not trusted here");
            else if (verdict != RotationVerdict.Applied)
                throw new IOException($"{file}: {Reason(record, verdict)}; till that is mended no key there counts");
        }

        return new TrustFolder(path, keys, last, skipped);
    }

    /// <summary>The records of a folder in order, each with its file, without asking who signed them.</summary>
    /// <exception cref="IOException">One cannot be read, or is missing between others.</exception>
    public static IReadOnlyList<(string File, KeyRotation Record)> ReadRecords(string folder)
    {
        List<(string File, KeyRotation Record)> records = [];
        foreach (string file in List(folder, RecordEnding))
        {
            KeyRotation record = KeyRotation.TryParse(SmallFiles.Read(file), out string? complaint)
                ?? throw new IOException($"{file}: {complaint}; put back the file as it was published");
            if (Path.GetFileName(file) != NameOf(record.Number))
                throw new IOException($"{file} holds record {record.Number}: its name must be {NameOf(record.Number)}");
            if (records.Count > 0 && record.Number != records[^1].Record.Number + 1)
            {
                throw new IOException(
                    $"{folder} lacks {NameOf(records[^1].Record.Number + 1)}: what it retires would be trusted again");
            }

            records.Add((file, record));
        }

        return records;
    }

    /// <summary>Adds the next record, if it is by a key that is trusted; gives the folder as it is then.</summary>
    /// <exception cref="IOException">It does not hold, is not the next or cannot be written.</exception>
    public TrustFolder Add(KeyRotation record)
    {
        if (LastNumber != 0 && record.Number != LastNumber + 1)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"record {record.Number} does not follow record {LastNumber} of {_folder}"));
        }

        (TrustedKeys keys, RotationVerdict verdict) = Keys.Apply(record);
        if (verdict != RotationVerdict.Applied)
            throw new IOException($"record {record.Number}: {Reason(record, verdict)}; nothing was changed");
        Write(_folder, record);
        return new TrustFolder(_folder, keys, record.Number, Skipped);
    }

    /// <summary>Writes a record under its name; one that is there stays.</summary>
    /// <returns>The file.</returns>
    public static string Write(string folder, KeyRotation record)
    {
        string file = Path.Combine(folder, NameOf(record.Number));
        SmallFiles.Write(file, Encoding.Latin1.GetBytes(record.Format()), RecordMode, replaces: false);
        return file;
    }

    private static string NameOf(uint number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:d6}{RecordEnding}");

    // By name, which is by number for records. A file that is just being written begins with a dot.
    private static string[] List(string folder, string ending)
    {
        if (!Directory.Exists(folder))
            return [];
        string[] files =
        [
            .. Directory.EnumerateFiles(folder).Where(file =>
                file.EndsWith(ending, StringComparison.Ordinal) && !Path.GetFileName(file).StartsWith('.')),
        ];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static VerifyingKey ReadPublic(string file)
    {
        PemKey key = PemKey.Read(Encoding.Latin1.GetString(SmallFiles.Read(file)), file);
        return key.IsPrivate
            ? throw new IOException(
                $"{file} holds a private key, which has no place where one only checks; put its public one there")
            : new VerifyingKey(key.Kind, key.Bytes);
    }

    private static string Reason(KeyRotation record, RotationVerdict verdict) => verdict switch
    {
        RotationVerdict.UnknownSigner =>
            $"it is signed by {VerifyingKey.Shorten(record.Signer)}, which is not trusted here",
        RotationVerdict.RetiredSigner => $"its signer {VerifyingKey.Shorten(record.Signer)} was retired before",
        RotationVerdict.RetiredKey => $"it brings back {record.Key.ShortId}, which was retired before",
        RotationVerdict.BadSignature => $"its signature is not by {VerifyingKey.Shorten(record.Signer)}",
        RotationVerdict.Applied => "it holds",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no such verdict"),
    };
}
