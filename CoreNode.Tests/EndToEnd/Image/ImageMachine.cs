using CoreNode.Tests.EndToEnd.Vm;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>A copy of the image's disk and a config drive, and the virtual machine that starts from them.</summary>
internal sealed class ImageMachine
{
    private const string UefiCode = "/usr/share/OVMF/OVMF_CODE.fd";
    private const string UefiVariables = "/usr/share/OVMF/OVMF_VARS.fd";

    private readonly TestFolder _folder;

    private readonly BuiltImage _image;

    private ImageMachine(TestFolder folder, BuiltImage image)
    {
        _folder = folder;
        _image = image;
    }

    /// <summary>The machine's own disk.</summary>
    public string Disk => _folder.File("disk.raw");

    /// <summary>Further disks of the machine, /dev/vdc and so on.</summary>
    public List<string> MoreDisks { get; } = [];

    private string Drive => _folder.File("config.img");

    /// <summary>
    /// Copies the disk and makes a config drive of the user data, with the files beside it in its root folder.
    /// </summary>
    public static async Task<ImageMachine> MakeAsync(
        TestFolder folder, BuiltImage image, string userData, params string[] files)
    {
        ImageMachine machine = await MakeWithoutDiskAsync(folder, image, userData, files);
        await RunAsync("cp", "--sparse=always", image.Disk, machine.Disk);
        return machine;
    }

    /// <summary>The same without a disk, for <see cref="StartByNetwork"/>.</summary>
    public static async Task<ImageMachine> MakeWithoutDiskAsync(
        TestFolder folder, BuiltImage image, string userData, params string[] files)
    {
        ImageMachine machine = new(folder, image);
        await File.WriteAllTextAsync(folder.File("user-data"), userData);
        await RunAsync("truncate", "-s", "16M", machine.Drive);
        await RunAsync(TestPrograms.MkfsVfat(), "-n", "CONFIG-2", machine.Drive);
        await RunAsync("mmd", "-i", machine.Drive, "::/openstack", "::/openstack/latest");
        await RunAsync(
            TestPrograms.Mcopy(), "-i", machine.Drive, folder.File("user-data"), "::/openstack/latest/user_data");
        foreach (string file in files)
            await RunAsync(TestPrograms.Mcopy(), "-i", machine.Drive, file, "::/");
        return machine;
    }

    /// <summary>
    /// Makes the disk larger, as who copies an image to a real one has it, or who gives a machine more.
    /// </summary>
    public void Enlarge(long bytes)
    {
        using FileStream disk = File.OpenWrite(Disk);
        disk.SetLength(disk.Length + bytes);
    }

    /// <summary>Starts it with the firmware of that name, "bios" or "uefi".</summary>
    /// <param name="firmware">Its name.</param>
    /// <param name="isRestarting">True if it goes on after a restart.</param>
    /// <param name="words">
    /// Words for the boot stage, whose kernel QEMU then starts itself; null to start from the disk.
    /// </param>
    /// <param name="devices">Further arguments of QEMU.</param>
    public VirtualMachine Start(
        string firmware, bool isRestarting = false, string? words = null, params string[] devices)
    {
        List<string> more =
        [
            "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=", "-device", "virtio-rng-pci",
            .. devices,
        ];
        if (firmware == "uefi")
        {
            if (!File.Exists(UefiCode))
                Assert.Ignore($"{UefiCode} is not there: apt-get install ovmf");
            string variables = _folder.File("variables.fd");
            if (!File.Exists(variables))
                File.Copy(UefiVariables, variables);
            more.AddRange(["-drive", $"if=pflash,format=raw,readonly=on,file={UefiCode}"]);
            more.AddRange(["-drive", $"if=pflash,format=raw,file={variables}"]);
        }

        return VirtualMachine.Start(_folder, new VmShape
        {
            Kernel = words is null ? null : _image.File("vmlinuz"),
            Archive = words is null ? null : _image.File("initrd"),
            CommandLine = $"console=ttyS0 panic=10 {VmShape.SlowMachine} {words}",
            Disks = [Disk, Drive, .. MoreDisks],
            Machine = "pc",
            MemoryMb = 1024,
            Processor = "Nehalem,+rdrand",
            IsRestarting = isRestarting,
            More = more,
        });
    }

    /// <summary>
    /// Starts it as firmware that loads kernel and archive from the network does: QEMU puts them where such firmware
    /// would.
    /// </summary>
    public VirtualMachine StartByNetwork() => VirtualMachine.Start(_folder, new VmShape
    {
        Kernel = _image.File("vmlinuz"),
        Archive = _image.File("live.initrd"),
        CommandLine = $"console=ttyS0 loglevel=4 panic=10 {VmShape.SlowMachine}",
        Disks = [Drive, .. MoreDisks],
        Machine = "pc",
        MemoryMb = 2048,
        Processor = "Nehalem,+rdrand",
        More = ["-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=", "-device", "virtio-rng-pci"],
    });

    private static async Task RunAsync(string program, params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{program}: {result.Error}");
    }
}
