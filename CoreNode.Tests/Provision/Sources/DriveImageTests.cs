using CoreNode.Foundation;
using CoreNode.Platform.Blocks;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>
/// Drives with iso9660 and vfat as real programs make them, read without the kernel's help; and whatever else is in
/// place of one.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class DriveImageTests
{
    private const string Long = "a name that is longer than any of eight and three, with a dot. and \u00e4\u20ac";

    // network_data.json is a name that ISO 9660 alone has not.
    private static readonly string[] ConfigDriveKinds =
        [.. DriveImages.Kinds.Where(static kind => kind != "plain")];

    private string _root = "";

    [SetUp]
    public void Begin() => _root = Directory.CreateTempSubdirectory("corenode-image-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_root, recursive: true);

    [TestCaseSource(nameof(ConfigDriveKinds))]
    public async Task A_config_drive_is_read_whatever_program_made_it(string kind)
    {
        Write("openstack/latest/user_data", "#cloud-config\n");
        Write("openstack/latest/meta_data.json", ConfigDriveTests.MetaData);
        Write("openstack/latest/network_data.json", ConfigDriveTests.NetworkData);
        string image = Made(kind, "config-2");
        Assert.That(HeadOf(image).Label.ToLowerInvariant(), Is.EqualTo("config-2"));
        UserData data = (await Source(DriveLayout.ConfigDrive, image).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
        Assert.That(data.Source, Is.EqualTo($"config drive {image}"));
        Assert.That((data.Hostname, data.Addresses.PrivateIPv6), Is.EqualTo(("test.novalocal", "fd00::5")));
    }

    [TestCaseSource(typeof(DriveImages), nameof(DriveImages.Kinds))]
    public async Task A_nocloud_drive_is_read_whatever_program_made_it(string kind)
    {
        Write("user-data", "#cloud-config\n");
        Write("meta-data", "instance-id: i-1\nlocal-hostname: web-1\n");
        string image = Made(kind, "cidata");
        UserData data = (await Source(DriveLayout.NoCloud, image).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
        Assert.That((data.Source, data.Hostname), Is.EqualTo(($"NoCloud drive {image}", "web-1")));
    }

    [TestCaseSource(typeof(DriveImages), nameof(DriveImages.Kinds))]
    public void All_files_are_the_same_as_in_the_folder(string kind)
    {
        // Sizes about those of sectors and clusters, and a folder that takes many of both.
        Prng chance = new(11);
        List<string> paths = [];
        foreach (int size in (int[])[0, 1, 511, 512, 513, 2047, 2048, 2049, 70_000, 300_000])
            Add($"f{size}", size);
        for (int i = 0; i < 150; i++)
            Add($"many/file-{i:000}", i);
        Add("a/b/c/d/e/deep", 99);
        if (kind is not "plain")
            Add(kind is "joliet" or "both" or "udf" ? "some name longer than eight and three" : Long, 1234);
        string image = Made(kind, "x");
        using RealBlockDevice device = RealBlockDevice.Open(image, BlockAccess.Read);
        DriveTree tree = Tree(device);
        foreach (string path in paths)
        {
            byte[] expected = File.ReadAllBytes(Path.Join(_root, "tree", path));
            Assert.That(tree.TryRead(path), Is.EqualTo(expected), path);
            Assert.That(tree.TryRead(path.ToUpperInvariant()), Is.EqualTo(expected), "as these file systems have it");
        }

        Assert.Multiple(() =>
        {
            Assert.That(tree.HasFolder("a/b/c"), Is.True);
            Assert.That(tree.HasFolder("f1"), Is.False);
            Assert.That(tree.HasFolder("a/x"), Is.False);
            Assert.That(tree.TryRead("a"), Is.Null, "a folder is no file");
            Assert.That(tree.TryRead("f1/x"), Is.Null);
            Assert.That(tree.TryRead("none"), Is.Null);
        });

        void Add(string path, int size)
        {
            byte[] content = new byte[size];
            for (int i = 0; i < size; i++)
                content[i] = (byte)chance.Next(256);
            Write(path, "");
            File.WriteAllBytes(Path.Join(_root, "tree", path), content);
            paths.Add(path);
        }
    }

    [TestCase("both")]
    [TestCase("fat32")]
    public async Task What_is_larger_than_any_user_data_is_refused(string kind)
    {
        Write("user-data", "");
        using (FileStream file = new(Path.Join(_root, "tree/user-data"), FileMode.Create))
            file.SetLength((4 << 20) + 1);
        SourceException failed = await FailureAsync(DriveLayout.NoCloud, Made(kind, "cidata"));
        Assert.That(failed.Message, Does.Contain("more than 4194304 bytes"));
        Assert.That(failed.IsFinal, Is.True);
    }

    [TestCase("both")]
    [TestCase("fat16")]
    public async Task A_drive_with_nothing_of_it_says_what_is_missing(string kind)
    {
        Write("readme", "x");
        string image = Made(kind, "config-2");
        Assert.That(
            (await FailureAsync(DriveLayout.ConfigDrive, image)).Message, Does.Contain("neither openstack/latest nor"));
        Assert.That(
            (await FailureAsync(DriveLayout.NoCloud, image)).Message, Does.Contain("has neither user-data nor"));
        Assert.That((await FailureAsync(DriveLayout.Azure, image)).Message, Does.Contain("has no ovf-env.xml"));
    }

    [TestCaseSource(typeof(DriveImages), nameof(DriveImages.Kinds))]
    public void Damage_anywhere_is_a_refusal_or_nothing_and_soon_over(string kind)
    {
        Write("user-data", new string('u', 3000));
        Write("meta-data", "local-hostname: web-1\n");
        Write("openstack/latest/user_data", "x");
        byte[] good = File.ReadAllBytes(Made(kind, "cidata"));
        // Where the file system's own numbers are: heads, tables and folders come first.
        int interesting = kind.StartsWith("fat", StringComparison.Ordinal) ? 1_200_000 : 70_000;
        List<int> used = [];
        for (int i = 0; i < Math.Min(good.Length, interesting); i++)
        {
            if (good[i] is not (0 or (byte)'u'))
                used.Add(i);
        }

        Prng chance = new(0x5EED);
        int whole = 0;
        int refused = 0;
        long began = Environment.TickCount64;
        for (int round = 0; round < 2000; round++)
        {
            List<(int At, byte Was)> changes = [];
            for (int n = 1 + chance.Next(4); n > 0; n--)
            {
                int at = used[chance.Next(used.Count)];
                changes.Add((at, good[at]));
                good[at] = (byte)(chance.Next(3) == 0 ? 0xFF : chance.Next(256));
            }

            int length = chance.Next(10) == 0 ? chance.Next(good.Length) : good.Length;
            using MemoryDevice device = new(good.AsMemory(0, length));
            try
            {
                DriveTree tree = Tree(device);
                whole += tree.TryRead("user-data")?.Length == 3000 ? 1 : 0;
                tree.TryRead("openstack/latest/user_data");
                tree.HasFolder("ec2");
            }
            catch (SourceException damaged)
            {
                Assert.That(damaged.IsFinal, Is.True);
                refused++;
            }

            for (int n = changes.Count - 1; n >= 0; n--)
                good[changes[n].At] = changes[n].Was;
        }

        Assert.That(whole, Is.GreaterThan(200), "some changes do not matter");
        Assert.That(refused, Is.GreaterThan(50), "some do");
        Assert.That(Environment.TickCount64 - began, Is.LessThan(120_000));
    }

    [Test]
    public void A_chain_of_clusters_that_leads_into_itself_ends()
    {
        Write("user-data", new string('u', 5000));
        string image = Made("fat16", "cidata");
        byte[] bytes = File.ReadAllBytes(image);
        int table = 512 * BitConverter.ToUInt16(bytes, 14);
        // Every cluster is followed by itself.
        for (int cluster = 2; cluster < 2000; cluster++)
            BitConverter.TryWriteBytes(bytes.AsSpan(table + (2 * cluster)), (ushort)cluster);
        using MemoryDevice device = new(bytes);
        Assert.That(new FatTree(device).TryRead("user-data"), Has.Length.EqualTo(5000));
    }

    private static DriveTree Tree(IBlockDevice device)
    {
        byte[] head = new byte[Math.Min(VolumeHead.Length, device.LengthBytes)];
        device.Read(0, head);
        return VolumeHead.Of(head)?.Type == "vfat" ? new FatTree(device) : new IsoTree(device);
    }

    private static VolumeHead HeadOf(string image)
    {
        using FileStream file = File.OpenRead(image);
        byte[] head = new byte[VolumeHead.Length];
        file.ReadExactly(head);
        return VolumeHead.Of(head)!;
    }

    private static DriveSource Source(DriveLayout layout, string image) =>
        new(layout, image, Timeout.InfiniteTimeSpan, new SourceOptions());

    private static async Task<SourceException> FailureAsync(DriveLayout layout, string image) =>
        (await Assert.ThrowsAsync<SourceException>(() => Source(layout, image).FetchAsync(default)))!;

    private string Made(string kind, string label)
    {
        string image = Path.Join(_root, "image");
        DriveImages.Make(kind, label, Path.Join(_root, "tree"), image);
        return image;
    }

    private void Write(string path, string content)
    {
        string whole = Path.Join(_root, "tree", path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, content);
    }
}
