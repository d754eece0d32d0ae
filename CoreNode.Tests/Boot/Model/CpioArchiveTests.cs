using System.Text;
using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class CpioArchiveTests
{
    [Test]
    public void An_archive_has_these_bytes()
    {
        string zero = "00000000";
        string expected = Entry("00000001", "000041ED", "00000002", zero, "00000002", "a\0", "")
            + Entry("00000002", "000081ED", "00000001", "00000003", "00000004", "a/b\0", "xyz\0")
            + Entry(zero, zero, "00000001", zero, "0000000B", "TRAILER!!!\0", "");
        byte[] made = Write(CpioEntry.File("a/b", "xyz"u8.ToArray(), isProgram: true));
        Assert.That(made, Has.Length.EqualTo(512));
        Assert.That(Encoding.ASCII.GetString(made).TrimEnd('\0'), Is.EqualTo(expected.TrimEnd('\0')));

        // The name ends at a multiple of four, counted from the header's start; so does what follows.
        static string Entry(
            string inode, string mode, string links, string length, string nameLength, string name, string content)
        {
            string head = $"070701{inode}{mode}0000000000000000{links}00000000{length}00000000000000000000000000000000"
                + $"{nameLength}00000000{name}";
            return head + new string('\0', (4 - (head.Length % 4)) % 4) + content;
        }
    }

    [Test]
    public void The_order_of_entries_changes_nothing()
    {
        CpioEntry[] entries =
        [
            CpioEntry.File("lib/x/one", "1"u8.ToArray()), CpioEntry.File("init", "2"u8.ToArray()),
            CpioEntry.File("lib/x.two", "3"u8.ToArray()),
        ];
        Assert.That(Write([.. entries.Reverse()]), Is.EqualTo(Write(entries)));
    }

    [Test]
    public void One_path_is_one_entry()
    {
        CpioEntry one = CpioEntry.File("init", "2"u8.ToArray());
        Assert.That(() => Write(one, one), Throws.ArgumentException);
    }

    private static byte[] Write(params CpioEntry[] entries)
    {
        using MemoryStream output = new();
        CpioArchive.Write(output, entries);
        return output.ToArray();
    }
}
