using System.Text;
using CoreNode.Store;

namespace CoreNode.Tests.Store;

[TestFixture, Category("Unit")]
internal sealed class KeyRecordTests
{
    [Test]
    public void A_file_keeps_its_parts_with_and_without_a_deadline([Values(0L, 123L)] long expiration)
    {
        KeyRecord record = KeyRecord.File("/a"u8, "value"u8, 4, 9, expiration);
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(record.Key), Is.EqualTo("/a"));
            Assert.That(Encoding.UTF8.GetString(record.Value), Is.EqualTo("value"));
            Assert.That(record.CreatedIndex, Is.EqualTo(4));
            Assert.That(record.ModifiedIndex, Is.EqualTo(9));
            Assert.That(record.ExpirationUnixNs, Is.EqualTo(expiration));
            Assert.That(record.HasValue, Is.True);
        });
        Assert.That(KeyRecord.TryFromBytes(record.Bytes.ToArray(), out KeyRecord back), Is.True);
        Assert.That(back.Bytes.SequenceEqual(record.Bytes), Is.True);
    }

    [Test]
    public void Damaged_bytes_are_no_record()
    {
        Assert.That(KeyRecord.TryFromBytes([], out _), Is.False);
        byte[] data = KeyRecord.File("/abc"u8, default, 1, 1, 0).Bytes.ToArray();
        Assert.That(KeyRecord.TryFromBytes(data[..^1], out _), Is.False);
        data[0] = 0x80;
        Assert.That(KeyRecord.TryFromBytes(data, out _), Is.False);
    }
}
