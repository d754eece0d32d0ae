using System.Buffers.Binary;
using System.Text;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>What a file keeps of the one that it replaces, on a file system that has such attributes.</summary>
[TestFixture, Category("Conformance")]
internal sealed class KeptAttributeTests
{
    private const string List = "system.posix_acl_access";
    private readonly MachineCalls _calls = new();
    private ScratchRoot _root = null!;

    [SetUp]
    public void SetUp()
    {
        _root = new ScratchRoot();
        _root.Write("/etc/x", "old");
        if (Set("user.note", "kept"u8.ToArray()) is Error.NotSupported)
            Assert.Ignore("the temporary folder's file system has no extended attributes");
    }

    [TearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void Notes_and_labels_are_kept_and_what_vouches_for_the_content_is_not()
    {
        // VFS_CAP_REVISION_2 with the effective bit; any rights will do.
        byte[] capability = new byte[20];
        capability[0] = 1;
        capability[3] = 2;
        capability[5] = 4;
        Assert.That(Set("security.capability", capability), Is.Zero);
        Assert.That(Set("security.corenode", "label"u8.ToArray()), Is.Zero);
        Assert.That(Set("trusted.x", "of the file system's"u8.ToArray()), Is.Zero);
        Replace("644");
        Assert.That(Names(), Is.EquivalentTo(new[] { "user.note", "security.corenode" }));
        Assert.That(Encoding.UTF8.GetString(Get("user.note")), Is.EqualTo("kept"));
        Assert.That(Encoding.UTF8.GetString(Get("security.corenode")), Is.EqualTo("label"));
    }

    [TestCase("664", "644", 6, 4, 4)]
    [TestCase("644", "600", 6, 0, 0)]
    [TestCase("640", "4755", 7, 5, 5)]
    public void A_list_of_rights_is_kept_under_the_new_mode(string before, string after, int own, int mask, int other)
    {
        _root.Write("/etc/x", "old", before);
        // Owner, user 77 may read and write, group, mask, others.
        Assert.That(Set(List, Acl((1, 6, ~0u), (2, 6, 77), (4, 4, ~0u), (0x10, 6, ~0u), (0x20, 4, ~0u))), Is.Zero);
        Replace(after);
        Assert.That(
            Get(List),
            Is.EqualTo(Acl((1, own, ~0u), (2, 6, 77), (4, 4, ~0u), (0x10, mask, ~0u), (0x20, other, ~0u))));
        Assert.That(_root.Attributes("/etc/x"), Is.EqualTo($"{after} 0:0"));
    }

    [Test]
    public void A_list_never_permits_more_than_the_new_mode_not_even_for_a_moment()
    {
        Assert.That(Set(List, Acl((1, 6, ~0u), (2, 6, 77), (4, 6, ~0u), (0x10, 6, ~0u), (0x20, 6, ~0u))), Is.Zero);
        List<string> modes = [];
        FaultyCalls calls = new()
        {
            Fails = (call, _) =>
            {
                foreach (string path in Directory.GetFiles(_root.Real("/etc"), FolderDesk.Prefix + "*"))
                    modes.Add($"{call} {(int)File.GetUnixFileMode(path) & ~0x180}");
                return 0;
            },
        };
        Replace("600", calls);
        Assert.That(modes, Has.Some.EqualTo("chmod 0"));
        Assert.That(modes, Has.All.EndsWith(" 0"));
    }

    [TestCase(Error.NotSupported, true)]
    [TestCase(Error.NotPermitted, true)]
    [TestCase(Error.NoSpace, false)]
    public void What_the_new_file_cannot_have_it_goes_without(int error, bool isWritten)
    {
        FaultyCalls calls = new() { Fails = (call, _) => call == "setxattr" ? error : 0 };
        if (isWritten)
            Replace("644", calls);
        else
        {
            Assert.That(
                Assert.Throws<IOException>(() => Replace("644", calls))!.Message,
                Does.StartWith("/etc/x cannot get the attribute user.note of the file it replaces: no space"));
        }

        Assert.That(_root.Text("/etc/x"), Is.EqualTo(isWritten ? "new" : "old"));
    }

    [Test]
    public void A_file_in_place_of_a_link_or_of_nothing_has_none()
    {
        _root.Link("/etc/link", "x");
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/etc/link", "new", root.Read(["/etc/link"])["/etc/link"]));
        root.Apply(ScratchRoot.File644("/etc/new", "new", PathFact.Absent));
        Assert.That(Names("/etc/link"), Is.Empty);
        Assert.That(Names("/etc/new"), Is.Empty);
    }

    private void Replace(string mode, FaultyCalls? calls = null)
    {
        using MachineRoot root = calls is null ? _root.Open() : _root.Open(calls);
        PathFact before = root.Read(["/etc/x"])["/etc/x"];
        root.Apply(new PutFile("/etc/x", "new"u8.ToArray(), Convert.ToInt32(mode, 8), 0, 0, before, "test"));
    }

    private static byte[] Acl(params (int Kind, int Rights, uint Number)[] entries)
    {
        byte[] list = new byte[4 + (8 * entries.Length)];
        list[0] = 2;
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = list.AsSpan(4 + (8 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)entries[i].Kind);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)entries[i].Rights);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Number);
        }

        return list;
    }

    private int Set(string name, byte[] value)
    {
        using SafeFileHandle file = File.OpenHandle(_root.Real("/etc/x"), access: FileAccess.ReadWrite);
        return _calls.WriteAttribute(file, name, value);
    }

    private byte[] Get(string name)
    {
        using SafeFileHandle file = File.OpenHandle(_root.Real("/etc/x"));
        Assert.That(_calls.ReadAttribute(file, name, out byte[] value), Is.Zero, name);
        return value;
    }

    private List<string> Names(string path = "/etc/x")
    {
        using SafeFileHandle file = File.OpenHandle(_root.Real(path));
        List<string> names = [];
        Assert.That(_calls.ListAttributes(file, names), Is.Zero);
        // Some kernels label every file.
        names.RemoveAll(static name => name == "security.selinux");
        return names;
    }
}
