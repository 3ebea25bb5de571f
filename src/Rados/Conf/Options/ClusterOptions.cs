namespace CurveRbd.Rados;

/// <summary>Ceph's options that have an effect on clusters, logs and commands.</summary>
internal static class ClusterOptions
{
    public const string Table =
        """
        auth_client_required | text | cephx, none | With "cephx" alone a key must be found to connect; with "none" among the methods (the default) it need not.
        auth_supported | text |  | Old name of auth_client_required; wins when set.
        client_mount_timeout | secs | 300 | Longest time that connecting may take; 0 = no limit.
        err_to_stderr | bool | false | Whether errors go to stderr.
        fsid | uuid | 00000000-0000-0000-0000-000000000000 | The cluster's id. Selects its section of the host file.
        host | text |  | This host's name in the place of what the kernel says; $host in other values.
        key | text |  | The user's key, base64. Not verified.
        keyfile | text |  | A file that holds just the key.
        keyring | text | /etc/ceph/$cluster.$name.keyring,/etc/ceph/$cluster.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin, | Keyring files, separated by ','; the first that can be read is used.
        log_file | text |  | Log file. A file that cannot be opened is not an error.
        log_stderr_prefix | text |  | What each line on stderr starts with.
        log_to_file | bool | true | Whether log_file is written.
        log_to_stderr | bool | false | Whether messages up to the debug levels go to stderr.
        mon_allow_pool_delete | bool | false | Whether pools may be deleted. Unset: yes for the embedded store, no for others.
        mon_host | text |  | Monitors: addresses and names, separated by ',', ';' or blanks. Selects the cluster's section of the host file.
        osd_pool_default_pg_num | uint | 32 | The pg_num that a pool shows when it was created without one.
        rados_mon_op_timeout | secs | 0 | Longest time that a command may take; 0 = no limit.
        rados_osd_op_timeout | secs | 0 | Longest time that an operation on data may take; 0 = no limit.
        """;
}
