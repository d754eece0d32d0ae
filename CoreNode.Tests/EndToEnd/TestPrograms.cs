namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Programs that tests run. A program of the system that is missing skips the test with what to install; the native
/// binary that packaging/test.sh names with CORENODE_BINARY and that is not there fails it.
/// </summary>
internal static class TestPrograms
{
    private const string BinaryVariable = "CORENODE_BINARY";

    public static string Etcd() => FromPackage("etcd", "etcd-server");

    public static string Etcdctl() => FromPackage("etcdctl", "etcd-client");

    public static string Curl() => FromPackage("curl", "curl");

    public static string SystemdAnalyze() => FromPackage("systemd-analyze", "systemd");

    public static string SystemdSysusers() => FromPackage("systemd-sysusers", "systemd");

    public static string DbusDaemon() => FromPackage("dbus-daemon", "dbus-daemon");

    public static string Busctl() => FromPackage("busctl", "systemd");

    public static string SystemdNspawn() => FromPackage("systemd-nspawn", "systemd-container");

    public static string Zstd() => FromPackage("zstd", "zstd");

    public static string Xz() => FromPackage("xz", "xz-utils");

    public static string Bzip2() => FromPackage("bzip2", "bzip2");

    public static string Openssl() => FromPackage("openssl", "openssl");

    /// <summary>Runs a program as another user; only root can do that.</summary>
    public static string Setpriv()
    {
        if (Environment.UserName != "root")
            Assert.Ignore("only root can run a program as another user");
        return FromPackage("setpriv", "util-linux");
    }

    public static string Cgpt() => FromPackage("cgpt", "cgpt");

    public static string Sgdisk() => FromPackage("sgdisk", "gdisk");

    public static string Sfdisk() => FromPackage("sfdisk", "fdisk");

    public static string IgnitionValidate() => FromPackage("ignition-validate", "ignition");

    public static string Debugfs() => FromSystem("debugfs", "e2fsprogs");

    public static string MkfsExt4() => FromSystem("mkfs.ext4", "e2fsprogs");

    public static string Veritysetup() => FromSystem("veritysetup", "cryptsetup-bin");

    public static string FsckErofs() => FromPackage("fsck.erofs", "erofs-utils");

    public static string MkfsVfat() => FromPackage("mkfs.vfat", "dosfstools");

    public static string Mcopy() => FromPackage("mcopy", "mtools");

    public static string Losetup() => FromPackage("losetup", "mount");

    public static string Partx() => FromPackage("partx", "util-linux");

    public static string Strace() => FromPackage("strace", "strace");

    public static string Podman() => FromPackage("podman", "podman crun netavark containernetworking-plugins iptables");

    public static string Dockerd() => FromPackage("dockerd", "docker.io");

    /// <summary>The client beside that daemon: a newer one may be in front of it.</summary>
    public static string Docker() => Path.Combine(Path.GetDirectoryName(Dockerd())!, "../bin/docker");

    public static string Genisoimage() => FromPackage("genisoimage", "genisoimage");

    public static string Xorriso() => FromPackage("xorriso", "xorriso");

    public static string Mformat() => FromPackage("mformat", "mtools");

    public static string Mmd() => FromPackage("mmd", "mtools");

    public static string Qemu() => FromPackage("qemu-system-x86_64", "qemu-system-x86");

    public static string MkfsErofs() => FromPackage("mkfs.erofs", "erofs-utils");

    public static string Mke2fs() => FromPackage("mke2fs", "e2fsprogs");

    public static string Depmod() => FromPackage("depmod", "kmod");

    public static string Cpio() => FromPackage("cpio", "cpio");

    public static string Gcc() => FromPackage("gcc", "gcc libc6-dev");

    public static string AptGet() => FromPackage("apt-get", "apt");

    public static string DpkgDeb() => FromPackage("dpkg-deb", "dpkg");

    public static string Dpkg() => FromPackage("dpkg", "dpkg");

    public static string Lintian() => FromPackage("lintian", "lintian");

    public static string Man() => FromPackage("man", "man-db");

    public static string Busybox() => FromPackage("busybox", "busybox-static");

    /// <summary>The native executable: CORENODE_BINARY, else out/corenode.</summary>
    public static string Corenode()
    {
        string? named = Environment.GetEnvironmentVariable(BinaryVariable);
        if (!string.IsNullOrEmpty(named))
        {
            if (!File.Exists(named))
            {
                Assert.Fail($"{BinaryVariable}={named} does not exist. Tests that run the native binary carry "
                    + "[Category(\"Native\")], so that packaging/test.sh runs them after the build of it");
            }
            return named;
        }
        string built = Repository.File("out/corenode");
        if (!File.Exists(built))
            Assert.Ignore("out/corenode is not built: run packaging/build.sh");
        return built;
    }

    // Users other than root need not have this folder in their PATH.
    private static string FromSystem(string program, string package) =>
        File.Exists($"/usr/sbin/{program}") ? $"/usr/sbin/{program}" : FromPackage(program, package);

    private static string FromPackage(string program, string package)
    {
        string search = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        foreach (string folder in search.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, program);
            if (File.Exists(path))
                return path;
        }
        Assert.Ignore($"{program} is not installed: apt-get install {package}");
        return "";
    }
}
