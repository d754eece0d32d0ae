using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>
/// An update payload of major version 2 taken apart and carried out from the format's description alone
/// (update_metadata.proto and what docs/formats.md says of our own fields); shares no code with the product but the
/// unpacking that is handed in.
/// </summary>
internal sealed class ReferenceDecoder
{
    private const int BlockBytes = 4096;
    private readonly byte[] _payload;
    private readonly int _dataStart;
    private readonly Func<int, byte[], byte[], int, byte[]> _unpack;

    /// <summary>Takes the header apart.</summary>
    /// <param name="payload">All of it.</param>
    /// <param name="unpack">(kind, data, reference, most bytes) to content.</param>
    public ReferenceDecoder(byte[] payload, Func<int, byte[], byte[], int, byte[]> unpack)
    {
        _payload = payload;
        _unpack = unpack;
        Assert.That(Encoding.ASCII.GetString(payload, 0, 4), Is.EqualTo("CrAU"));
        Assert.That(BinaryPrimitives.ReadUInt64BigEndian(payload.AsSpan(4)), Is.EqualTo(2));
        int manifestBytes = (int)BinaryPrimitives.ReadUInt64BigEndian(payload.AsSpan(12));
        int signatureBytes = (int)BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(20));
        MetadataBytes = 24 + manifestBytes;
        _dataStart = MetadataBytes + signatureBytes;
        Manifest = ReferenceField.Read(payload[24..MetadataBytes]);
        MetadataSignatures = Signatures(payload[MetadataBytes.._dataStart]);
        int offset = (int)Number(Manifest, 4);
        int size = (int)Number(Manifest, 5);
        PayloadSignatures = Signatures(payload[(_dataStart + offset)..(_dataStart + offset + size)]);
        Assert.That(payload, Has.Length.EqualTo(_dataStart + offset + size));
        SignedHash = SHA256.HashData([.. payload[..MetadataBytes], .. payload[_dataStart..(_dataStart + offset)]]);
    }

    public List<ReferenceField> Manifest { get; }

    public int MetadataBytes { get; }

    /// <summary>Signature data without its padding.</summary>
    public List<byte[]> MetadataSignatures { get; }

    public List<byte[]> PayloadSignatures { get; }

    /// <summary>What the payload's signatures are about.</summary>
    public byte[] SignedHash { get; }

    /// <summary>What the metadata's signatures are about.</summary>
    public byte[] MetadataHash => SHA256.HashData(_payload.AsSpan(0, MetadataBytes));

    /// <summary>How often each kind of operation occurs.</summary>
    public Dictionary<int, int> Kinds { get; } = [];

    public static ulong Number(List<ReferenceField> message, int field) =>
        message.LastOrDefault(f => f.Number == field)?.Value ?? 0;

    public static byte[] Bytes(List<ReferenceField> message, int field) =>
        message.LastOrDefault(f => f.Number == field)?.Bytes ?? [];

    public static string Text(List<ReferenceField> message, int field) =>
        Encoding.UTF8.GetString(Bytes(message, field));

    /// <summary>Makes every partition and compares it with the hash that the manifest promises.</summary>
    public Dictionary<string, byte[]> Apply(byte[]? old)
    {
        Dictionary<string, byte[]> images = [];
        Assert.That(Number(Manifest, 3), Is.EqualTo(BlockBytes));
        foreach (ReferenceField field in Manifest.Where(f => f.Number == 13))
        {
            List<ReferenceField> partition = ReferenceField.Read(field.Bytes);
            List<ReferenceField> info = ReferenceField.Read(Bytes(partition, 7));
            int size = (int)Number(info, 1);
            byte[] image = new byte[(size + BlockBytes - 1) / BlockBytes * BlockBytes];
            Array.Fill(image, (byte)0xEE);
            foreach (ReferenceField operation in partition.Where(f => f.Number == 8))
                Perform(ReferenceField.Read(operation.Bytes), image, old);
            image = image[..size];
            Assert.That(SHA256.HashData(image), Is.EqualTo(Bytes(info, 2)));
            images[Text(partition, 1)] = image;
        }

        return images;
    }

    private void Perform(List<ReferenceField> operation, byte[] image, byte[]? old)
    {
        int kind = (int)Number(operation, 1);
        Kinds[kind] = Kinds.GetValueOrDefault(kind) + 1;
        int offset = _dataStart + (int)Number(operation, 2);
        byte[] data = _payload[offset..(offset + (int)Number(operation, 3))];
        if (data.Length > 0)
            Assert.That(SHA256.HashData(data), Is.EqualTo(Bytes(operation, 8)));
        List<(int Start, int Count)> to = Extents(operation, 6);
        int room = to.Sum(e => e.Count) * BlockBytes;
        byte[] source =
        [
            .. Extents(operation, 4).SelectMany(e => old![(e.Start * BlockBytes)..((e.Start + e.Count) * BlockBytes)]),
        ];
        byte[] content = kind switch
        {
            0 => data,
            4 => source,
            6 => new byte[room],
            _ => _unpack(kind, data, source, room),
        };
        if (kind == 4)
            Assert.That(SHA256.HashData(source), Is.EqualTo(Bytes(operation, 9)));
        if (kind == 1000)
            Assert.That(SHA256.HashData(content), Is.EqualTo(Bytes(operation, 1000)));
        Array.Resize(ref content, room);
        int from = 0;
        foreach ((int start, int count) in to)
        {
            Array.Copy(content, from, image, start * BlockBytes, count * BlockBytes);
            from += count * BlockBytes;
        }
    }

    private static List<(int Start, int Count)> Extents(List<ReferenceField> operation, int field) =>
    [
        .. operation.Where(f => f.Number == field).Select(f => ReferenceField.Read(f.Bytes))
            .Select(e => ((int)Number(e, 1), (int)Number(e, 2))),
    ];

    private static List<byte[]> Signatures(byte[] message) =>
    [
        .. ReferenceField.Read(message).Select(s => ReferenceField.Read(s.Bytes))
            .Select(s => Bytes(s, 2)[..(int)Number(s, 3)]),
    ];
}
