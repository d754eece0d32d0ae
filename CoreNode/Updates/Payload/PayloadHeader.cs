using System.Buffers.Binary;
using System.Globalization;

namespace CoreNode.Updates.Payload;

/// <summary>The first bytes of a payload: "CrAU", major version, lengths; big-endian.</summary>
public sealed record PayloadHeader
{
    /// <summary>Bytes that tell which version it is.</summary>
    public const int PrefixBytes = 12;

    internal const int BytesOfVersion1 = 20;
    private const int BytesOfVersion2 = 24;

    /// <summary>1 (CoreOS, Flatcar) or 2 (ChromeOS, Android, ours).</summary>
    public required int MajorVersion { get; init; }

    /// <summary>Bytes of the manifest.</summary>
    public required int ManifestBytes { get; init; }

    /// <summary>Bytes of the message of the metadata's signatures; 0 without, and in version 1.</summary>
    public int SignatureBytes { get; init; }

    /// <summary>Bytes of the header itself.</summary>
    public int HeaderBytes => MajorVersion == 1 ? BytesOfVersion1 : BytesOfVersion2;

    /// <summary>Header and manifest: what the metadata's signature covers.</summary>
    public int MetadataBytes => HeaderBytes + ManifestBytes;

    /// <summary>Where in the file the operations' data begins.</summary>
    public int DataStart => MetadataBytes + SignatureBytes;

    /// <summary>
    /// Bytes of the header that begins so (needs <see cref="PrefixBytes"/>), or 0 and the fault; as soon as there are
    /// four bytes a wrong magic is found.
    /// </summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes, out PayloadFault? fault)
    {
        ReadOnlySpan<byte> magic = "CrAU"u8;
        ReadOnlySpan<byte> begin = bytes[..Math.Min(bytes.Length, magic.Length)];
        fault = null;
        if (!magic.StartsWith(begin))
        {
            fault = new(
                PayloadErrorCode.InvalidMetadataMagic, "this is no update payload: it does not begin with CrAU");
            return 0;
        }

        if (bytes.Length < PrefixBytes)
            return 0;
        ulong version = BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]);
        if (version is 1 or 2)
            return version == 1 ? BytesOfVersion1 : BytesOfVersion2;
        fault = new(
            PayloadErrorCode.InvalidMetadataMagic,
            string.Create(
                CultureInfo.InvariantCulture, $"the payload has major version {version}, and only 1 and 2 are known"));
        return 0;
    }

    /// <summary>Reads a whole header; null and the fault for one that cannot be.</summary>
    public static PayloadHeader? TryRead(ReadOnlySpan<byte> bytes, out PayloadFault? fault)
    {
        int length = LengthOf(bytes, out fault);
        if (fault is not null)
            return null;
        if (length == 0 || bytes.Length < length)
        {
            fault = new(PayloadErrorCode.PayloadSizeMismatch, "the payload ends in its header");
            return null;
        }

        ulong manifest = BinaryPrimitives.ReadUInt64BigEndian(bytes[12..]);
        ulong signature = length == BytesOfVersion2 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]) : 0;
        if (manifest is 0 or > PayloadLimits.ManifestBytes)
        {
            fault = new(
                PayloadErrorCode.InvalidMetadataSize,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the payload's manifest has {manifest} bytes; 1 to {PayloadLimits.ManifestBytes} are taken"));
            return null;
        }

        if (signature > PayloadLimits.SignatureBytes)
        {
            fault = new(
                PayloadErrorCode.InvalidMetadataSize,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the metadata's signature has {signature} bytes; {PayloadLimits.SignatureBytes} are taken"));
            return null;
        }

        return new PayloadHeader
        {
            MajorVersion = length == BytesOfVersion1 ? 1 : 2,
            ManifestBytes = (int)manifest,
            SignatureBytes = (int)signature,
        };
    }

    /// <summary>The header's bytes, of major version 2.</summary>
    public static byte[] Write(int manifestBytes, int signatureBytes)
    {
        byte[] bytes = new byte[BytesOfVersion2];
        "CrAU"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(12), (ulong)manifestBytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), (uint)signatureBytes);
        return bytes;
    }
}
