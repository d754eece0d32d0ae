using CoreNode.Foundation;

namespace CoreNode.Units.Model;

/// <summary>
/// Which keys systemd knows in which section (systemd 252 and what later versions added; from
/// `systemd --dump-configuration-items`). Only for warnings: a key that is not here may still be right.
/// </summary>
internal static class SystemdKeys
{
    private const string Unit =
        "After AllowIsolate AssertACPower AssertArchitecture AssertCPUFeature AssertCPUPressure AssertCPUs "
        + "AssertCapability AssertControlGroupController AssertCredential AssertDirectoryNotEmpty "
        + "AssertEnvironment AssertFileIsExecutable AssertFileNotEmpty AssertFirstBoot AssertGroup AssertHost "
        + "AssertIOPressure AssertKernelCommandLine AssertKernelVersion AssertMemory AssertMemoryPressure "
        + "AssertNeedsUpdate AssertOSRelease AssertPathExists AssertPathExistsGlob AssertPathIsDirectory "
        + "AssertPathIsEncrypted AssertPathIsMountPoint AssertPathIsReadWrite AssertPathIsSymbolicLink "
        + "AssertSecurity AssertUser AssertVersion AssertVirtualization Before BindTo BindsTo CollectMode "
        + "ConditionACPower ConditionArchitecture ConditionCPUFeature ConditionCPUPressure ConditionCPUs "
        + "ConditionCapability ConditionControlGroupController ConditionCredential ConditionDirectoryNotEmpty "
        + "ConditionEnvironment ConditionFileIsExecutable ConditionFileNotEmpty ConditionFirmware "
        + "ConditionFirstBoot ConditionGroup ConditionHost ConditionIOPressure ConditionKernelCommandLine "
        + "ConditionKernelVersion ConditionMemory ConditionMemoryPressure ConditionNeedsUpdate "
        + "ConditionOSRelease ConditionPathExists ConditionPathExistsGlob ConditionPathIsDirectory "
        + "ConditionPathIsEncrypted ConditionPathIsMountPoint ConditionPathIsReadWrite "
        + "ConditionPathIsSymbolicLink ConditionSecurity ConditionUser ConditionVersion ConditionVirtualization "
        + "Conflicts DefaultDependencies Description Documentation FailureAction FailureActionExitStatus "
        + "IgnoreOnIsolate JobRunningTimeoutSec JobTimeoutAction JobTimeoutRebootArgument JobTimeoutSec "
        + "JoinsNamespaceOf OnFailure OnFailureIsolate OnFailureJobMode OnSuccess OnSuccessJobMode PartOf "
        + "PropagateReloadFrom PropagateReloadTo PropagatesReloadTo PropagatesStopTo RebootArgument "
        + "RefuseManualStart RefuseManualStop ReloadPropagatedFrom Requires RequiresMountsFor "
        + "RequiresOverridable Requisite RequisiteOverridable SourcePath StartLimitAction StartLimitBurst "
        + "StartLimitInterval StartLimitIntervalSec StopPropagatedFrom StopWhenUnneeded SuccessAction "
        + "SuccessActionExitStatus Upholds Wants";

    private const string Install =
        "Alias Also DefaultInstance RequiredBy WantedBy";

    private const string Service =
        "BusName ExecCondition ExecReload ExecStart ExecStartPost ExecStartPre ExecStop ExecStopPost ExitType "
        + "FailureAction FileDescriptorStoreMax GuessMainPID LiveMountMode NonBlocking NotifyAccess OOMPolicy "
        + "PIDFile PermissionsStartOnly RebootArgument RemainAfterExit Restart RestartForceExitStatus "
        + "RestartMaxDelaySec RestartMode RestartPreventExitStatus RestartSec RestartSteps RestrictFileSystems "
        + "RootDirectoryStartOnly RuntimeMaxSec RuntimeRandomizedExtraSec Sockets StartLimitAction "
        + "StartLimitBurst StartLimitInterval SuccessExitStatus TimeoutAbortSec TimeoutStartFailureMode "
        + "TimeoutStartSec TimeoutStopFailureMode TimeoutStopSec Type USBFunctionDescriptors USBFunctionStrings "
        + "WatchdogSec";

    private const string Socket =
        "Accept AcceptFileDescriptors Backlog BindIPv6Only BindToDevice Broadcast DeferAcceptSec "
        + "DirectoryMode ExecStartPost ExecStartPre ExecStopPost ExecStopPre FileDescriptorName FlushPending "
        + "FreeBind IPTOS IPTTL KeepAlive KeepAliveIntervalSec KeepAliveProbes KeepAliveTimeSec ListenDatagram "
        + "ListenFIFO ListenMessageQueue ListenNetlink ListenSequentialPacket ListenSpecial ListenStream "
        + "ListenUSBFunction Mark MaxConnections MaxConnectionsPerSource MessageQueueMaxMessages "
        + "MessageQueueMessageSize NoDelay PassCredentials PassFileDescriptorsToExec PassPacketInfo "
        + "PassSecurity PipeSize PollLimitBurst PollLimitIntervalSec Priority ReceiveBuffer RemoveOnStop "
        + "ReusePort SELinuxContextFromNet SendBuffer Service SmackLabel SmackLabelIPIn SmackLabelIPOut "
        + "SocketGroup SocketMode SocketProtocol SocketUser Symlinks TCPCongestion Timestamping Transparent "
        + "TriggerLimitBurst TriggerLimitIntervalSec Writable";

    private const string Mount =
        "DirectoryMode ForceUnmount LazyUnmount Options ReadWriteOnly SloppyOptions Type What Where";

    private const string Automount =
        "DirectoryMode ExtraOptions TimeoutIdleSec Where";

    private const string Swap =
        "Options Priority What";

    private const string Timer =
        "AccuracySec FixedRandomDelay OnActiveSec OnBootSec OnCalendar OnClockChange OnStartupSec "
        + "OnTimezoneChange OnUnitActiveSec OnUnitInactiveSec Persistent RandomizedDelaySec RemainAfterElapse "
        + "Unit WakeSystem";

    private const string Path =
        "DirectoryMode DirectoryNotEmpty MakeDirectory PathChanged PathExists PathExistsGlob PathModified "
        + "TriggerLimitBurst TriggerLimitIntervalSec Unit";

    private const string Scope =
        "FinalKillSignal KillMode KillSignal OOMPolicy RestartKillSignal RuntimeMaxSec "
        + "RuntimeRandomizedExtraSec SendSIGHUP SendSIGKILL TimeoutStopSec WatchdogSignal";

    private const string Processes =
        "AllowedCPUs AllowedMemoryNodes AmbientCapabilities AppArmorProfile BPFProgram BindPaths "
        + "BindReadOnlyPaths BlockIOAccounting BlockIODeviceWeight BlockIOReadBandwidth BlockIOWeight "
        + "BlockIOWriteBandwidth CPUAccounting CPUAffinity CPUQuota CPUQuotaPeriodSec CPUSchedulingPolicy "
        + "CPUSchedulingPriority CPUSchedulingResetOnFork CPUShares CPUWeight CacheDirectory CacheDirectoryMode "
        + "CapabilityBoundingSet ConcurrencyHardMax ConcurrencySoftMax ConfigurationDirectory "
        + "ConfigurationDirectoryMode CoredumpFilter CoredumpReceive DefaultMemoryLow DefaultMemoryMin Delegate "
        + "DeviceAllow DevicePolicy DisableControllers DynamicUser Environment EnvironmentFile ExecPaths "
        + "ExecSearchPath ExtensionDirectories ExtensionImagePolicy ExtensionImages FinalKillSignal Group "
        + "IOAccounting IODeviceLatencyTargetSec IODeviceWeight IOReadBandwidthMax IOReadIOPSMax "
        + "IOSchedulingClass IOSchedulingPriority IOWeight IOWriteBandwidthMax IOWriteIOPSMax IPAccounting "
        + "IPAddressAllow IPAddressDeny IPCNamespacePath IPEgressFilterPath IPIngressFilterPath IgnoreSIGPIPE "
        + "ImportCredential InaccessibleDirectories InaccessiblePaths KeyringMode KillMode KillSignal LimitAS "
        + "LimitCORE LimitCPU LimitDATA LimitFSIZE LimitLOCKS LimitMEMLOCK LimitMSGQUEUE LimitNICE LimitNOFILE "
        + "LimitNPROC LimitRSS LimitRTPRIO LimitRTTIME LimitSIGPENDING LimitSTACK LoadCredential "
        + "LoadCredentialEncrypted LockPersonality LogExtraFields LogLevelMax LogNamespace LogRateLimitBurst "
        + "LogRateLimitIntervalSec LogsDirectory LogsDirectoryMode ManagedOOMMemoryPressure "
        + "ManagedOOMMemoryPressureDurationSec ManagedOOMMemoryPressureLimit ManagedOOMPreference "
        + "ManagedOOMSwap MemoryAccounting MemoryDenyWriteExecute MemoryHigh MemoryKSM MemoryLimit MemoryLow "
        + "MemoryMax MemoryMin MemoryPressureThresholdSec MemoryPressureWatch MemorySwapMax MemoryZSwapMax "
        + "MemoryZSwapWriteback MountAPIVFS MountFlags MountImagePolicy MountImages NFTSet NUMAMask NUMAPolicy "
        + "NetworkNamespacePath Nice NoExecPaths NoNewPrivileges OOMScoreAdjust PAMName PassEnvironment "
        + "Personality PrivateBPF PrivateDevices PrivateIPC PrivateMounts PrivateNetwork PrivatePIDs PrivateTmp "
        + "PrivateUsers ProcSubset ProtectClock ProtectControlGroups ProtectHome ProtectHostname "
        + "ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectProc ProtectSystem "
        + "ReadOnlyDirectories ReadOnlyPaths ReadWriteDirectories ReadWritePaths RemoveIPC RestartKillSignal "
        + "RestrictAddressFamilies RestrictFileSystems RestrictNamespaces RestrictNetworkInterfaces "
        + "RestrictRealtime RestrictSUIDSGID RootDirectory RootEphemeral RootHash RootHashSignature RootImage "
        + "RootImageOptions RootImagePolicy RootVerity RuntimeDirectory RuntimeDirectoryMode "
        + "RuntimeDirectoryPreserve SELinuxContext SecureBits SendSIGHUP SendSIGKILL SetCredential "
        + "SetCredentialEncrypted SetLoginEnvironment Slice SmackProcessLabel SocketBindAllow SocketBindDeny "
        + "StandardError StandardInput StandardInputData StandardInputText StandardOutput StartupAllowedCPUs "
        + "StartupAllowedMemoryNodes StartupBlockIOWeight StartupCPUShares StartupCPUWeight StartupIOWeight "
        + "StartupMemoryHigh StateDirectory StateDirectoryMode SupplementaryGroups SyslogFacility "
        + "SyslogIdentifier SyslogLevel SyslogLevelPrefix SystemCallArchitectures SystemCallErrorNumber "
        + "SystemCallFilter SystemCallLog TTYColumns TTYPath TTYReset TTYRows TTYVHangup TTYVTDisallocate "
        + "TasksAccounting TasksMax TemporaryFileSystem TimeoutCleanSec TimeoutSec TimerSlackNSec UMask "
        + "UnsetEnvironment User UtmpIdentifier UtmpMode WatchdogSignal WorkingDirectory";

    private static readonly string[] s_usual = ["Unit", "Service", "Install", "Timer", "Socket", "Path"];

    private static readonly Dictionary<string, HashSet<string>> s_sections = new(StringComparer.Ordinal)
    {
        ["Unit"] = Set(Unit),
        ["Install"] = Set(Install),
        ["Service"] = Set(Service, Processes),
        ["Socket"] = Set(Socket, Processes),
        ["Mount"] = Set(Mount, Processes),
        ["Automount"] = Set(Automount),
        ["Swap"] = Set(Swap, Processes),
        ["Timer"] = Set(Timer),
        ["Path"] = Set(Path),
        ["Slice"] = Set(Processes),
        ["Scope"] = Set(Scope, Processes),
    };

    /// <summary>True for a section that systemd reads; [Device], [Target] and [Snapshot] have no keys.</summary>
    public static bool IsSection(string section) => s_sections.ContainsKey(section);

    /// <summary>True for a key that systemd reads in that section.</summary>
    public static bool IsKey(string section, string key) =>
        key.StartsWith("X-", StringComparison.Ordinal) || s_sections[section].Contains(key);

    /// <summary>What was meant by a section that systemd does not know; null if nothing is near.</summary>
    public static string? NearestSection(string section) =>
        NearestWord.Of(section, [.. s_sections.Keys, UnitRequirements.Section]);

    /// <summary>What was meant by a key that systemd does not know in that section; null if nothing is near.</summary>
    public static string? NearestKey(string section, string key) =>
        s_sections.TryGetValue(section, out HashSet<string>? keys) ? NearestWord.Of(key, keys) : null;

    /// <summary>The usual section of a key, where it stands in another one; null if there is none.</summary>
    public static string? HomeOf(string key) =>
        Array.Find(s_usual, section => s_sections[section].Contains(key));

    private static HashSet<string> Set(params ReadOnlySpan<string> lists)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (string list in lists)
            keys.UnionWith(list.Split(' '));
        return keys;
    }
}
