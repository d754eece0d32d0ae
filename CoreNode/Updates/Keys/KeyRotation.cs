using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CoreNode.Updates.Keys;

/// <summary>
/// A signed record that trusts a new key and ends the trust in others: how machines in the field learn a new key
/// without being touched. Text, one field a line, one way to write it (docs/formats.md); the signature covers all lines
/// before its own. Immutable.
/// </summary>
public sealed class KeyRotation
{
    /// <summary>More is no record.</summary>
    public const int LimitBytes = 16 << 10;

    private const string Head = "corenode key rotation 1";
    private const int IdLength = 64;
    private const uint LargestNumber = 999_999;

    private readonly byte[] _signature;
    private readonly byte[] _signedHash;

    private KeyRotation(uint number, VerifyingKey key, IReadOnlyList<string> retires, string signer, byte[] signature)
    {
        Number = number;
        Key = key;
        Retires = retires;
        Signer = signer;
        _signature = signature;
        _signedHash = HashOf(number, key, retires, signer);
    }

    /// <summary>Its place in the order of all records of one publisher, from 1.</summary>
    public uint Number { get; }

    /// <summary>Trusted from then on.</summary>
    public VerifyingKey Key { get; }

    /// <summary>Ids of the keys that are trusted no longer, and never again.</summary>
    public IReadOnlyList<string> Retires { get; }

    /// <summary>Id of the key that signed it.</summary>
    public string Signer { get; }

    /// <summary>Makes a record.</summary>
    public static KeyRotation Sign(uint number, SigningKey signer, VerifyingKey key, IReadOnlyList<string> retires)
    {
        ArgumentOutOfRangeException.ThrowIfZero(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, LargestNumber);
        if (retires.Contains(key.Id))
            throw new ArgumentException("a record does not retire the key that it brings", nameof(retires));
        byte[] signature = signer.Sign(HashOf(number, key, retires, signer.Public.Id));
        return new KeyRotation(number, key, [.. retires], signer.Public.Id, signature);
    }

    /// <summary>Null, and a reason, for what is no record. Whose the signature is remains to be asked.</summary>
    public static KeyRotation? TryParse(ReadOnlySpan<byte> bytes, out string? complaint)
    {
        complaint = "it is no rotation record of version 1";
        if (bytes.Length > LimitBytes)
            return null;
        string text = Encoding.Latin1.GetString(bytes);
        string[] lines = text.Split('\n');
        if (lines[0] != Head)
            return null;
        KeyRotation? found = TryParse(lines);
        // What is written in another way (blanks, capitals, order, more lines) is not what was signed.
        if (found is null || found.Format() != text)
        {
            complaint = "it is damaged: the fields are not what a record has";
            return null;
        }

        complaint = null;
        return found;
    }

    /// <summary>As a file's text.</summary>
    public string Format() =>
        SignedText(Number, Key, Retires, Signer) + $"signature {Convert.ToBase64String(_signature)}\n";

    /// <summary>True if it is signed by that key.</summary>
    public bool IsSignedBy(VerifyingKey key) => key.Id == Signer && key.Verify(_signedHash, _signature);

    private static KeyRotation? TryParse(string[] lines)
    {
        if (!uint.TryParse(Value(lines, 1, "number"), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            || number is 0 or > LargestNumber
            || FromBase64(Value(lines, 2, "key")) is not { } spki
            || VerifyingKey.TryRead(spki) is not { } key)
        {
            return null;
        }

        List<string> retires = [];
        int at = 3;
        for (; Value(lines, at, "retires") is { } retired; at++)
        {
            if (!IsId(retired) || retired == key.Id)
                return null;
            retires.Add(retired);
        }

        return Value(lines, at, "signer") is { } signer && IsId(signer)
            && FromBase64(Value(lines, at + 1, "signature")) is { } signature
                ? new KeyRotation(number, key, retires, signer, signature)
                : null;
    }

    private static string? Value(string[] lines, int at, string name) =>
        at < lines.Length && lines[at].StartsWith(name + " ", StringComparison.Ordinal)
            ? lines[at][(name.Length + 1)..]
            : null;

    private static byte[]? FromBase64(string? text)
    {
        if (text is null)
            return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }

    private static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    private static byte[] HashOf(uint number, VerifyingKey key, IReadOnlyList<string> retires, string signer) =>
        SHA256.HashData(Encoding.Latin1.GetBytes(SignedText(number, key, retires, signer)));

    private static string SignedText(uint number, VerifyingKey key, IReadOnlyList<string> retires, string signer)
    {
        StringBuilder text = new();
        text.Append(Head).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"number {number}\n");
        text.Append("key ").Append(Convert.ToBase64String(key.Spki)).Append('\n');
        foreach (string id in retires)
            text.Append("retires ").Append(id).Append('\n');
        return text.Append("signer ").Append(signer).Append('\n').ToString();
    }
}
