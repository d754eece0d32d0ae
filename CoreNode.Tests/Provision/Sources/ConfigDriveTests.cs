using System.Diagnostics;
using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Drives;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Config drives: as folders, as devices that are looked for, and mounted.</summary>
[TestFixture, Category("Unit")]
internal sealed class ConfigDriveTests
{
    public const string MetaData = """
        {
          "uuid": "83679162-1378-4288-a2d4-70e13ec132aa", "name": "test", "hostname": "test.novalocal",
          "public_keys": {"mykey": "ssh-rsa AAAA Generated-by-Nova\n"},
          "keys": [{"type": "ssh", "data": "ssh-rsa AAAA Generated-by-Nova\n", "name": "mykey"}],
          "meta": {"role": "web"}, "launch_index": 0
        }
        """;

    public const string NetworkData = """
        {
          "links": [{"id": "tap1", "type": "bridge", "ethernet_mac_address": "fa:16:3e:9c:bf:3d"}],
          "networks": [
            {"id": "network0", "link": "tap1", "type": "ipv4_dhcp"},
            {"id": "network1", "link": "tap1", "type": "ipv4", "ip_address": "192.168.1.5", "netmask": "255.255.255.0"},
            {"id": "network2", "link": "tap1", "type": "ipv4", "ip_address": "198.51.100.9"},
            {"id": "network3", "link": "tap1", "type": "ipv6", "ip_address": "2001:db8::5/64"},
            {"id": "network4", "link": "tap1", "type": "ipv6", "ip_address": "fd00::5"}
          ],
          "services": [{"type": "dns", "address": "8.8.8.8"}]
        }
        """;

    private string _root = "";

    [SetUp]
    public void Begin() => _root = Directory.CreateTempSubdirectory("corenode-drive-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task A_folder_laid_out_by_openstack_is_read()
    {
        Write("openstack/latest/user_data", "#cloud-config\n");
        Write("openstack/latest/meta_data.json", MetaData);
        Write("openstack/latest/network_data.json", NetworkData);
        UserData data = (await Drive(_root).FetchAsync(default))!;
        Assert.Multiple(() =>
        {
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
            Assert.That(data.Source, Is.EqualTo($"config drive {_root}"));
            Assert.That(data.Hostname, Is.EqualTo("test.novalocal"));
            Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA Generated-by-Nova" }));
            Assert.That(data.Addresses, Is.EqualTo(new MachineAddresses
            {
                PrivateIPv4 = "192.168.1.5",
                PublicIPv4 = "198.51.100.9",
                PublicIPv6 = "2001:db8::5",
                PrivateIPv6 = "fd00::5",
            }));
        });
    }

    [Test]
    public async Task Addresses_of_its_ec2_part_are_better_known_and_the_rest_is_the_others()
    {
        Write("openstack/latest/user_data", "one");
        Write("openstack/latest/meta_data.json", MetaData);
        Write("openstack/latest/network_data.json", NetworkData);
        Write("ec2/latest/user-data", "two");
        Write("ec2/latest/meta-data.json", Ec2Data);
        UserData data = (await Drive(_root).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("one"));
        Assert.That(data.Hostname, Is.EqualTo("test.novalocal"));
        Assert.That(data.Addresses.PublicIPv4, Is.EqualTo("203.0.113.3"));
        Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.0.0.3"));
        Assert.That(data.Addresses.PublicIPv6, Is.EqualTo("2001:db8::5"));
    }

    [Test]
    public async Task Its_ec2_part_alone_is_enough()
    {
        Write("ec2/latest/user-data", "two");
        Write("ec2/latest/meta-data.json", Ec2Data);
        UserData data = (await Drive(_root).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("two"));
        Assert.That(data.Hostname, Is.EqualTo("ec2-name"));
        Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa CCCC k" }));
    }

    [Test]
    public async Task A_drive_without_files_for_this_machine_has_nothing()
    {
        Directory.CreateDirectory(Path.Join(_root, "openstack/2012-08-10"));
        Assert.That(await Drive(_root).FetchAsync(default), Is.Null);
    }

    [Test]
    public async Task A_folder_that_is_none_is_refused()
    {
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(() => Drive(_root).FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(failed.Message, Does.Contain("neither openstack/latest nor ec2/latest"));
    }

    [Test]
    public async Task Metadata_that_are_no_json_are_refused_without_showing_them()
    {
        Write("openstack/latest/meta_data.json", "{\"admin_pass\": \"hunter2\"");
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(() => Drive(_root).FetchAsync(default)))!;
        Assert.That(failed.Message, Does.Contain("no JSON").And.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_drive_that_is_not_there_yet_is_waited_for()
    {
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => Search(Timeout.InfiniteTimeSpan).FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.False);
        Assert.That(failed.Message, Does.Contain("config-2"));
        failed = (await Assert.ThrowsAsync<SourceException>(() => Drive("/dev/no-such").FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.False);
    }

    [Test]
    public async Task Where_it_need_not_be_its_absence_is_an_answer_when_patience_is_over()
    {
        Assert.That(await Search(TimeSpan.Zero).FetchAsync(default), Is.Null);
        HandTime time = new();
        DriveSource source = new(
            DriveLayout.ConfigDrive, "", TimeSpan.FromSeconds(10), new SourceOptions { Root = _root, Time = time });
        await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default));
        time.Advance(TimeSpan.FromSeconds(9));
        await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await source.FetchAsync(default), Is.Null);
    }

    [Test]
    public async Task A_drive_that_is_mounted_at_its_usual_place_is_found()
    {
        Write("media/configvirtfs/openstack/latest/user_data", "u");
        UserData data = (await Search(TimeSpan.Zero).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("u"));
    }

    [TestCase("config-2")]
    [TestCase("CONFIG-2")]
    public async Task A_drive_is_found_by_its_label(string label)
    {
        // A folder stands for the device: what is behind the link is read.
        Write("dev/sr0/openstack/latest/user_data", "u");
        Directory.CreateDirectory(Path.Join(_root, "dev/disk/by-label"));
        File.CreateSymbolicLink(Path.Join(_root, "dev/disk/by-label", label), "../../sr0");
        UserData data = (await Search(TimeSpan.Zero).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("u"));
    }

    [Test]
    public async Task Without_links_by_label_the_devices_are_looked_through()
    {
        foreach (string name in new[] { "fd0", "loop3", "sr0", "vda", "zram0" })
        {
            Write($"sys/class/block/{name}/uevent", "");
            Write($"dev/{name}", "");
        }

        byte[] head = new byte[VolumeHead.Length];
        Put(head, 32769, "CD001");
        Put(head, 32808, "config-2".PadRight(32));
        File.WriteAllBytes(Path.Join(_root, "dev/sr0"), head);
        // Found, but there is nothing behind its head.
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => Search(TimeSpan.Zero).FetchAsync(default)))!;
        Assert.That(failed.Message, Does.StartWith($"{_root}/dev/sr0 is damaged"));
        Assert.That(failed.IsFinal, Is.True);
    }

    [Test]
    public async Task A_device_without_a_file_system_is_refused()
    {
        File.WriteAllBytes(Path.Join(_root, "disk"), new byte[70_000]);
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => Drive(Path.Join(_root, "disk")).FetchAsync(default)))!;
        Assert.That(failed.Message, Does.Contain("holds neither"));
    }

    [Test]
    public void Labels_are_read_from_the_first_bytes_of_a_device()
    {
        byte[] iso = new byte[VolumeHead.Length];
        Put(iso, 32769, "CD001");
        Put(iso, 32808, "config-2".PadRight(32));
        byte[] ext = new byte[4096];
        (ext[1080], ext[1081]) = (0x53, 0xEF);
        Put(ext, 1144, "config-2\0junk");
        byte[] fat32 = Fat(82, "FAT32   ", 71, "CONFIG-2   ");
        byte[] fat16 = Fat(54, "FAT16   ", 43, "CONFIG-2   ");
        Assert.Multiple(() =>
        {
            Assert.That(VolumeHead.Of(iso), Is.EqualTo(new VolumeHead("iso9660", "config-2")));
            Assert.That(VolumeHead.Of(ext), Is.EqualTo(new VolumeHead("ext4", "config-2")));
            Assert.That(VolumeHead.Of(fat32), Is.EqualTo(new VolumeHead("vfat", "CONFIG-2")));
            Assert.That(VolumeHead.Of(fat16), Is.EqualTo(new VolumeHead("vfat", "CONFIG-2")));
            Assert.That(VolumeHead.Of(new byte[VolumeHead.Length]), Is.Null);
            Assert.That(VolumeHead.Of(new byte[3]), Is.Null);
            Assert.That(VolumeHead.Of([]), Is.Null);
        });
    }

    [Test]
    public async Task A_real_device_is_mounted_read_and_gone_again()
    {
        // iso9660 and vfat are read without the kernel; what is mounted is ext4.
        if (Environment.UserName != "root")
            Assert.Ignore("only root can attach a loop device and mount it");
        Write("drive/openstack/latest/user_data", "#cloud-config\n");
        Write("drive/openstack/latest/meta_data.json", MetaData);
        string image = Path.Join(_root, "image");
        using (FileStream file = new(image, FileMode.CreateNew))
            file.SetLength(4 << 20);
        Run("mkfs.ext4", "-q", "-L", "config-2", "-d", Path.Join(_root, "drive"), image);
        byte[] before = await File.ReadAllBytesAsync(image);
        string device = Run(TestPrograms.Losetup(), "--find", "--show", image).Trim();
        try
        {
            UserData data = (await Drive(device).FetchAsync(default))!;
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
            Assert.That(data.Source, Is.EqualTo($"config drive {device}"));
            Assert.That(data.Hostname, Is.EqualTo("test.novalocal"));
            Assert.That(await File.ReadAllTextAsync("/proc/self/mounts"), Does.Not.Contain(device));
        }
        finally
        {
            Run(TestPrograms.Losetup(), "--detach", device);
        }

        // A device that somebody still holds would stay until then.
        Assert.That(Run(TestPrograms.Losetup(), "--list", "--output", "BACK-FILE"), Does.Not.Contain(image));
        Assert.That(await File.ReadAllBytesAsync(image), Is.EqualTo(before), "nothing was written");
    }

    private const string Ec2Data = """
        {
          "hostname": "ec2-name", "local-ipv4": "10.0.0.3", "public-ipv4": "203.0.113.3",
          "public-keys": {"0": {"_name": "0=k", "openssh-key": "ssh-rsa CCCC k"}}
        }
        """;

    private static byte[] Fat(int typeAt, string type, int labelAt, string label)
    {
        byte[] head = new byte[512];
        (head[510], head[511]) = (0x55, 0xAA);
        Put(head, typeAt, type);
        Put(head, labelAt, label);
        return head;
    }

    private static void Put(byte[] into, int at, string text) =>
        Encoding.ASCII.GetBytes(text, 0, text.Length, into, at);

    private static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    private static DriveSource Drive(string place) =>
        new(DriveLayout.ConfigDrive, place, Timeout.InfiniteTimeSpan, new SourceOptions());

    private DriveSource Search(TimeSpan patience) =>
        new(DriveLayout.ConfigDrive, "", patience, new SourceOptions { Root = _root });

    private void Write(string path, string content)
    {
        string whole = Path.Join(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, content);
    }
}
