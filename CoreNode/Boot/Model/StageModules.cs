namespace CoreNode.Boot.Model;

/// <summary>
/// Which modules the boot stage takes along. What a kernel has built in or lacks is passed over, so one list serves
/// every kernel of a board. Network cards are not here: the slot's own system loads their drivers.
/// </summary>
public static class StageModules
{
    /// <summary>Virtual machines, of all common hypervisors.</summary>
    public const string Cloud = "cloud";

    /// <summary>Real machines.</summary>
    public const string Metal = "metal";

    /// <summary>The boards that there are.</summary>
    public static readonly IReadOnlyList<string> Boards = [Cloud, Metal];

    /// <summary>
    /// Loaded whatever devices there are: file systems and verity. The checksum comes first: without it the library
    /// that erofs needs is refused, and no dependency says so.
    /// </summary>
    public static readonly IReadOnlyList<string> Always = ["crc32c_generic", "erofs", "dm_verity", "overlay", "ext4"];

    /// <summary>Loaded if no watchdog of hardware was found.</summary>
    public const string SoftWatchdog = "softdog";

    /// <summary>Loaded where the firmware is UEFI: keeps what a kernel said before it stopped.</summary>
    public const string FirmwareRecords = "efi_pstore";

    /// <summary>Loaded where the disk came with the archive.</summary>
    public const string Loop = "loop";

    private static readonly string[] s_cloud =
    [
        "virtio_pci", "virtio_blk", "virtio_scsi", "virtio_mmio", "sd_mod", "nvme", "ata_piix", "ahci",
        "xen_blkfront", "hv_vmbus", "hv_storvsc", "vmw_pvscsi", "pci_hyperv", "wdat_wdt",
    ];

    private static readonly string[] s_metal =
    [
        "ata_generic", "mmc_block", "sdhci_pci", "sdhci_acpi", "usb_storage", "uas", "xhci_pci", "ehci_pci",
        "ohci_pci", "uhci_hcd", "megaraid_sas", "mpt3sas", "mpi3mr", "hpsa", "smartpqi", "aacraid", "mptsas",
        "isci", "vmd", "usbhid", "hid_generic", "atkbd", "i8042", "lpc_ich", "i2c_i801", "iTCO_wdt", "sp5100_tco",
        "i6300esb",
    ];

    /// <summary>All that an archive for that board holds; null for a board that there is not.</summary>
    public static IReadOnlyList<string>? For(string board) => board switch
    {
        Cloud => [.. Always, SoftWatchdog, FirmwareRecords, Loop, .. s_cloud],
        Metal => [.. Always, SoftWatchdog, FirmwareRecords, Loop, .. s_cloud, .. s_metal],
        _ => null,
    };
}
