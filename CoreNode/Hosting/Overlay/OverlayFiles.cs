using System.Text;
using CoreNode.Overlay.Model;
using CoreNode.Platform;

namespace CoreNode.Hosting.Overlay;

/// <summary>
/// The files that tell containers of this machine's subnet. The first network has the places that the options name; any
/// other has networks/NAME.env beside subnet.env, as with flannel. Each is replaced as a whole, and only if it says
/// something new. Called by several networks at once, each with files of its own.
/// </summary>
internal sealed class OverlayFiles(OverlayNodeOptions options)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    /// <summary>What each network had leased when its file was written last.</summary>
    public Dictionary<string, LeaseSubnets> ReadPrevious()
    {
        Dictionary<string, LeaseSubnets> previous = new(StringComparer.Ordinal);
        foreach (string network in options.Networks)
        {
            try
            {
                string file = SubnetFile(network);
                if (file.Length > 0 && SubnetEnv.Read(Encoding.UTF8.GetString(SmallFiles.Read(file))) is { } env)
                    previous[network] = env.Subnets;
            }
            catch (IOException)
            {
                // A machine without a past takes any subnet.
            }
        }

        return previous;
    }

    /// <summary>Writes what containers have to know of a network; says what went wrong, or nothing.</summary>
    public string Write(string network, SubnetEnv env)
    {
        List<string> problems = [];
        Write(SubnetFile(network), env.Write(), problems);
        if (network == options.Networks[0])
        {
            Write(options.DockerFile, ContainerFiles.Docker(env), problems);
            // podman finds a network by the name of its file.
            string name = Path.GetFileNameWithoutExtension(options.PodmanFile);
            Write(options.PodmanFile, ContainerFiles.Podman(env, name, "corenode0"), problems);
            Write(options.CniFile, ContainerFiles.Cni(env, "corenode", "corenode0"), problems);
        }

        return string.Join("; ", problems);
    }

    private string SubnetFile(string network) =>
        options.SubnetFile.Length == 0 || network == options.Networks[0] ? options.SubnetFile
        : Path.Combine(
            Path.GetDirectoryName(options.SubnetFile)!, "networks",
            (network.Length > 0 ? network : OverlayFlags.NoName) + ".env");

    private static void Write(string file, string text, List<string> problems)
    {
        if (file.Length == 0)
            return;
        byte[] content = Encoding.UTF8.GetBytes(text);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (!File.Exists(file) || !SmallFiles.Read(file).AsSpan().SequenceEqual(content))
                SmallFiles.Write(file, content, Readable, replaces: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{fault.Message}: containers do not learn their subnet from {file}");
        }
    }
}
