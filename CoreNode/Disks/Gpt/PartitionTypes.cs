namespace CoreNode.Disks.Gpt;

/// <summary>The partition types that have to do with slots.</summary>
public static class PartitionTypes
{
    /// <summary>A slot, as CoreOS and Flatcar mark it, and CoreNode does.</summary>
    public static readonly Guid CoreOsUsr = new("5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6");

    /// <summary>A kernel of ChromeOS, which is chosen by the same bits.</summary>
    public static readonly Guid ChromeOsKernel = new("fe3a2a5d-4f32-41a7-b725-accc3285a309");

    /// <summary>The ESP, from which firmware starts a loader.</summary>
    public static readonly Guid EfiSystem = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    /// <summary>Where the second part of a loader for BIOS lies.</summary>
    public static readonly Guid BiosBoot = new("21686148-6449-6e6f-744e-656564454649");

    /// <summary>A file system that grows with its disk, as CoreOS marks it.</summary>
    public static readonly Guid CoreOsResize = new("3884dd41-8582-4404-b9a8-e9b84f2df50e");

    private static readonly (string Name, Guid Type)[] s_names =
    [
        ("coreos-usr", CoreOsUsr),
        ("chromeos-kernel", ChromeOsKernel),
    ];

    /// <summary>Names that <see cref="Parse"/> knows.</summary>
    public static IEnumerable<string> Names => Array.ConvertAll(s_names, static one => one.Name);

    /// <summary>A type by its name or as a GUID; null if it is neither.</summary>
    public static Guid? Parse(string text)
    {
        foreach ((string name, Guid type) in s_names)
        {
            if (name == text)
                return type;
        }

        return Guid.TryParse(text, out Guid parsed) && parsed != Guid.Empty ? parsed : null;
    }
}
