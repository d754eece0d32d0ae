using System.Globalization;
using System.Text.RegularExpressions;
using CoreNode.Boot.Model;
using CoreNode.Disks.Metadata;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// A system for a slot that has one program of a few lines: it says what the boot stage left it with, and switches the
/// machine off. Its kernel, the modules that a virtual machine needs and the program under test are in its /usr.
/// </summary>
internal sealed class TinySystem
{
    /// <summary>What the program says last.</summary>
    public const string End = "FIRST END";

    private const int MiB = 1 << 20;
    private const string Salt = "c0de";
    private const string FirstProgram = """
        #include <signal.h>
        #include <stdio.h>
        #include <sys/reboot.h>
        #include <termios.h>
        #include <unistd.h>
        static void show(const char *path) {
          char line[8192];
          FILE *file = fopen(path, "r");
          if (!file) { printf("FIRST %s is not there\n", path); return; }
          while (fgets(line, sizeof line, file)) printf("FIRST %s: %s", path, line);
          fclose(file);
        }
        int main(int count, char **words) {
          struct sigaction pipe;
          sigaction(SIGPIPE, 0, &pipe);
          printf("FIRST process %d, %d words, last %s, SIGPIPE %s\n", getpid(), count, words[count - 1],
                 pipe.sa_handler == SIG_DFL ? "default" : "ignored");
          show("/usr/lib/marker"); show("/proc/mounts"); show("/proc/cmdline"); show("/etc/hello");
          show("/var/lib/corenode/boot/last"); show("/var/lib/corenode/boot/before-kexec");
          show("/var/lib/corenode/boot/history"); show("/bin/../lib/marker");
          // What the kernel says then would come into the middle of what is not yet on the line.
          printf("FIRST END\n"); fflush(stdout); tcdrain(1); sync(); reboot(RB_POWER_OFF);
          pause();
        }
        """;

    private static readonly string[] s_libraries =
    [
        "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libcrypto.so.3", "libssl.so.3", "libext2fs.so.2",
        "libcom_err.so.2", "libblkid.so.1", "libuuid.so.1", "libe2p.so.2",
    ];

    private readonly string _work;

    private TinySystem(string work, string usr, string version)
    {
        _work = work;
        Usr = usr;
        Version = version;
    }

    /// <summary>Its /usr.</summary>
    public string Usr { get; }

    /// <summary>The version that its metadata says, and its file lib/marker.</summary>
    public string Version { get; }

    /// <summary>Its file system with hashes behind it, without metadata.</summary>
    public string Image => Path.Combine(_work, $"{Version}.img");

    /// <summary>How its blocks are checked.</summary>
    public SlotVerity Verity { get; private set; } = null!;

    /// <summary>Makes one below a folder.</summary>
    public static async Task<TinySystem> MakeAsync(TestFolder folder, string version, DebianKernel kernel)
    {
        string usr = folder.File($"{version}/usr");
        TinySystem system = new(folder.Path, usr, version);
        await system.AddFilesAsync(folder);
        system.AddKernel(kernel);
        await system.PackAsync();
        return system;
    }

    /// <summary>What a slot's last MiB holds for it.</summary>
    public byte[] Metadata(SigningKey key, string board = StageModules.Cloud, string? version = null) =>
        SlotMetadataCodec.Encode(
            new SlotMetadata { Version = version ?? Version, Counter = 1, Board = board, Verity = Verity },
            SlotSignatures.By([key]));

    private async Task AddFilesAsync(TestFolder folder)
    {
        foreach (string name in new[] { "lib/systemd", "lib/x86_64-linux-gnu", "bin", "sbin", "share/etc" })
            Directory.CreateDirectory(Path.Combine(Usr, name));
        string source = folder.File("first.c");
        await File.WriteAllTextAsync(source, FirstProgram);
        await RunAsync(
            TestPrograms.Gcc(), "-static", "-O1", "-o", Path.Combine(Usr, "lib/systemd/systemd"), source);
        await File.WriteAllTextAsync(Path.Combine(Usr, "lib/marker"), Version + "\n");
        await File.WriteAllTextAsync(Path.Combine(Usr, "share/etc/hello"), $"hello {Version}\n");
        File.Copy(TestPrograms.Corenode(), Path.Combine(Usr, "bin/corenode"));
        File.Copy(TestPrograms.Mke2fs(), Path.Combine(Usr, "sbin/mke2fs"));
        foreach (string library in s_libraries)
        {
            string file = $"/usr/lib/x86_64-linux-gnu/{library}";
            if (!File.Exists(file))
                Assert.Ignore($"{file} is not there: this test is for Debian 12 on x86-64");
            await RunAsync("cp", "-L", file, Path.Combine(Usr, "lib/x86_64-linux-gnu"));
        }
    }

    private void AddKernel(DebianKernel kernel)
    {
        string boot = Path.Combine(Usr, "lib/corenode/boot");
        string modules = Path.Combine(Usr, "lib/modules", kernel.Release);
        Directory.CreateDirectory(boot);
        Directory.CreateDirectory(modules);
        File.Copy(kernel.File, Path.Combine(boot, "vmlinuz"));
        ModuleTable table = ModuleTable.Parse(
            File.ReadAllText(Path.Combine(kernel.Modules, "modules.dep")),
            File.ReadAllText(Path.Combine(kernel.Modules, "modules.alias")));
        string[] wanted = [.. StageModules.Always, StageModules.SoftWatchdog, "virtio_pci", "virtio_blk"];
        (string dependencies, string aliases) = table.Reduce(wanted);
        File.WriteAllText(Path.Combine(modules, "modules.dep"), dependencies);
        File.WriteAllText(Path.Combine(modules, "modules.alias"), aliases);
        foreach (string file in table.Load(wanted))
        {
            string target = Path.Combine(modules, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(kernel.Modules, file), target);
        }
    }

    private async Task PackAsync()
    {
        await RunAsync(
            TestPrograms.MkfsErofs(), "--quiet", "-T1", "-U", "00000000-0000-0000-0000-000000000001", "--all-root",
            Image, Usr);
        long length = (new FileInfo(Image).Length + 4095) / 4096 * 4096;
        using (FileStream file = File.OpenWrite(Image))
            file.SetLength(length);
        ProgramResult hashed = await RunAsync(
            TestPrograms.Veritysetup(), "format", Image, Image, $"--hash-offset={length}", $"--salt={Salt}",
            "--uuid=00000000-0000-0000-0000-000000000002");
        Verity = new SlotVerity
        {
            DataBlockBytes = 4096,
            HashBlockBytes = 4096,
            DataBlocks = length / 4096,
            HashOffsetBytes = length,
            RootHash = Convert.FromHexString(Regex.Match(hashed.Output, "Root hash:\\s*([0-9a-f]+)").Groups[1].Value),
            Salt = Convert.FromHexString(Salt),
        };
        Assert.That(new FileInfo(Image).Length, Is.LessThan(TinyDisk.SlotMiB * (long)MiB - MiB));
    }

    private static async Task<ProgramResult> RunAsync(string program, params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, string.Create(
            CultureInfo.InvariantCulture, $"{program}: {result.Output}{result.Error}"));
        return result;
    }
}
