using System.Text;
using CoreNode.Store;

namespace CoreNode.Tests.Store;

[TestFixture, Category("Unit")]
internal sealed class KeyCommandTests
{
    [Test]
    public void A_command_reads_back_as_it_was_written()
    {
        byte[] data = new KeyCommand
        {
            Operation = KeyOperation.CompareAndSwap,
            Key = "/a/b"u8,
            Value = Encoding.UTF8.GetBytes(new string('v', 300)),
            IsDirectory = true,
            IsRefresh = true,
            PreviousValue = "old"u8,
            PreviousIndex = ulong.MaxValue,
            ExpirationUnixNs = -5,
        }.Encode();
        KeyCommand back = KeyCommand.Decode(data);
        Assert.Multiple(() =>
        {
            KeyCommand c = KeyCommand.Decode(data);
            Assert.That(c.Operation, Is.EqualTo(KeyOperation.CompareAndSwap));
            Assert.That(Encoding.UTF8.GetString(c.Key), Is.EqualTo("/a/b"));
            Assert.That(c.Value.Length, Is.EqualTo(300));
            Assert.That(c.IsDirectory && c.IsRefresh && !c.IsRecursive, Is.True);
            Assert.That(Encoding.UTF8.GetString(c.PreviousValue), Is.EqualTo("old"));
            Assert.That(c.PreviousIndex, Is.EqualTo(ulong.MaxValue));
            Assert.That(c.ExpirationUnixNs, Is.EqualTo(-5));
        });
        Assert.That(back.Encode(), Is.EqualTo(data));
    }

    [Test]
    public void A_cut_off_command_is_refused_at_every_length()
    {
        byte[] data = new KeyCommand
        {
            Operation = KeyOperation.Set,
            Key = "/a"u8,
            Value = "v"u8,
            PreviousIndex = 1,
            ExpirationUnixNs = 1,
        }.Encode();
        for (int length = 0; length < data.Length; length++)
        {
            byte[] cut = data[..length];
            Assert.That(() => { KeyCommand.Decode(cut); }, Throws.TypeOf<FormatException>(), $"length {length}");
        }
    }
}
