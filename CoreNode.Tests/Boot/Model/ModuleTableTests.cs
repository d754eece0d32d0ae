using CoreNode.Boot.Model;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class ModuleTableTests
{
    private const string Dependencies = """
        kernel/drivers/md/dm-mod.ko:
        kernel/drivers/md/dm-bufio.ko: kernel/drivers/md/dm-mod.ko
        kernel/drivers/md/dm-verity.ko.xz: kernel/drivers/md/dm-bufio.ko kernel/drivers/md/dm-mod.ko
        kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
        kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
        kernel/drivers/virtio/virtio_ring.ko:
        no line of it
        """;

    private const string Aliases = """
        # Aliases extracted from modules themselves.
        alias virtio:d00000002v* virtio_blk
        alias pci:v00001AF4d0000100[1-3]sv*sd*bc*sc*i* virtio-blk
        alias pci:v00008086d* other
        symbol:x y
        """;

    private static readonly string[] s_loadedForVerity =
    [
        "kernel/drivers/md/dm-mod.ko", "kernel/drivers/md/dm-bufio.ko", "kernel/drivers/md/dm-verity.ko.xz",
        "kernel/drivers/virtio/virtio_ring.ko", "kernel/drivers/virtio/virtio.ko", "kernel/drivers/block/virtio_blk.ko",
    ];

    private static readonly string[] s_blk = ["virtio_blk"];

    [Test]
    public void Modules_come_after_what_they_need_and_once()
    {
        ModuleTable table = ModuleTable.Parse(Dependencies, Aliases);
        Assert.That(table.Load(["dm-verity", "dm_mod", "built_in", "virtio_blk"]), Is.EqualTo(s_loadedForVerity));
        Assert.That(table.Has("dm_verity"), Is.True);
        Assert.That(table.Has("built_in"), Is.False);
    }

    [TestCase("virtio:d00000002v00001AF4", true)]
    [TestCase("virtio:d00000003v00001AF4", false)]
    [TestCase("pci:v00001AF4d00001002sv00001AF4sd00000002bc01sc00i00", true)]
    [TestCase("pci:v00001AF4d00001004sv00001AF4sd00000002bc01sc00i00", false)]
    public void A_device_finds_its_module(string modalias, bool isFound) =>
        Assert.That(
            ModuleTable.Parse(Dependencies, Aliases).For(modalias),
            Is.EqualTo(isFound ? s_blk : []));

    [Test]
    public void A_reduced_table_knows_the_same_of_what_it_keeps()
    {
        ModuleTable whole = ModuleTable.Parse(Dependencies, Aliases);
        (string dependencies, string aliases) = whole.Reduce(["virtio_blk"]);
        ModuleTable reduced = ModuleTable.Parse(dependencies, aliases);
        Assert.That(reduced.Load(["virtio_blk"]), Is.EqualTo(whole.Load(["virtio_blk"])));
        Assert.That(reduced.For("virtio:d00000002v0"), Is.EqualTo(s_blk));
        Assert.That(reduced.Has("dm_verity"), Is.False);
        Assert.That(dependencies.TrimEnd().Split('\n'), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(reduced.Reduce(["virtio_blk"]), Is.EqualTo((dependencies, aliases)));
    }

    [TestCase("", "", true)]
    [TestCase("*", "", true)]
    [TestCase("a*b*c", "aXbYbZc", true)]
    [TestCase("a*b*c", "aXbYbZ", false)]
    [TestCase("?b", "ab", true)]
    [TestCase("?b", "b", false)]
    [TestCase("[a-cx]1", "b1", true)]
    [TestCase("[a-cx]1", "x1", true)]
    [TestCase("[a-cx]1", "d1", false)]
    [TestCase("[x", "[x", true)]
    [TestCase("acpi*:PNP0A0[38]:*", "acpi:PNP0A08:PNP0A03:", true)]
    public void Patterns_fit_as_the_shells_do(string pattern, string text, bool fits) =>
        Assert.That(Glob.Fits(pattern, text), Is.EqualTo(fits));

    [Test]
    public void A_pattern_of_many_stars_takes_no_longer_than_its_lengths_multiplied()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 500)) + "b";
        Assert.That(Glob.Fits(pattern, new string('a', 5000)), Is.False);
    }

    [Test]
    public void Both_boards_have_what_a_slot_needs()
    {
        foreach (string board in StageModules.Boards)
            Assert.That(StageModules.For(board), Is.SupersetOf(StageModules.Always).And.Contain("virtio_blk"));
        Assert.That(StageModules.For("cloud9"), Is.Null);
    }
}
